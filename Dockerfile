# One image for the API, the workers and the commands: what runs differs only by its command.
FROM python:3.11-slim
WORKDIR /app
RUN useradd --system --create-home peerok && install -d -o peerok /data/files
COPY requirements.lock .
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY settings.py logs.py metrics.py telemetry.py temporal_client.py tracing.py failpoints.py worker.py cli.py ./
COPY domain domain
COPY papers papers
COPY previews previews
COPY ledger ledger
COPY workflows workflows
COPY activities activities
COPY api api
COPY local local
USER peerok
ENV PYTHONUNBUFFERED=1
CMD ["python", "-m", "worker"]
