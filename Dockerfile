FROM python:3.12-slim-bookworm AS build
WORKDIR /srv/mmchat
RUN python -m venv /opt/venv
COPY requirements.txt .
RUN /opt/venv/bin/pip install --no-cache-dir --require-hashes -r requirements.txt

FROM python:3.12-slim-bookworm
RUN apt-get update \
    && apt-get install -y --no-install-recommends libgomp1 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /srv/mmchat mmchat \
    && install -d -o mmchat /srv/mmchat/var
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HOST=0.0.0.0
WORKDIR /srv/mmchat
COPY --from=build /opt/venv /opt/venv
COPY . .
USER mmchat
EXPOSE 8000
STOPSIGNAL SIGTERM
CMD ["python", "manage.py", "serve"]
