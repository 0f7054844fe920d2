"""The law: who may do what, when, and which money moves; pure, without I/O, clock or chance."""
