# The service and its two models, and nothing that only training, tests or building need.
# Build it with `make deploy`, or by hand: docker build --tag loadproof-service .
ARG BASE_IMAGE=python:3.11-slim-bookworm

FROM ${BASE_IMAGE} AS packages
RUN python -m venv --without-pip /opt/venv
WORKDIR /app
COPY requirements-serving.txt ./
# Tests of the packages go, and so do NumPy's tools to build extensions and ONNX Runtime's to convert models.
RUN pip --python /opt/venv/bin/python install --no-cache-dir --require-hashes --requirement requirements-serving.txt \
    && rm requirements-serving.txt \
    && find /opt/venv \( -name test -o -name tests -o -name 'test_*' -o -name '*_test.py' -o -name conftest.py \
        -o -path '*/numpy/distutils' -o -path '*/numpy/f2py' \
        -o -path '*/onnxruntime/quantization' -o -path '*/onnxruntime/tools' -o -path '*/onnxruntime/transformers' \
        \) -prune -exec rm -r {} +

FROM packages AS sbom
COPY requirements-sbom.txt /tmp/
RUN python -m venv /opt/sbom \
    && /opt/sbom/bin/pip install --no-cache-dir --require-hashes --requirement /tmp/requirements-sbom.txt \
    && /opt/sbom/bin/cyclonedx-py environment --output-reproducible --output-file /tmp/sbom.cdx.json /opt/venv/bin/python

FROM packages AS build
COPY configuration/rest_config.yaml configuration/
COPY model model
COPY service service
# A pod's file system is read-only, so what is not compiled here is compiled at every start. The context may come
# from a person whose new files nobody else may read.
RUN python -m compileall -q model service && chmod -R a+rX .

FROM ${BASE_IMAGE}
COPY --from=packages /opt/venv /opt/venv
COPY --from=sbom /tmp/sbom.cdx.json /usr/share/sbom/loadproof-service.cdx.json
COPY --from=build /app /app
WORKDIR /app
# One thread, whatever the cores of the node and the CPU limit of the pod (docs/operations.md). ONNX Runtime reports to
# nobody.
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    OMP_NUM_THREADS=1 \
    OPENBLAS_NUM_THREADS=1 \
    ORT_DISABLE_TELEMETRY=1 \
    SERVICE_HOST=0.0.0.0
EXPOSE 8000
USER 10001:10001
ENTRYPOINT ["python", "-m", "service"]

# Last, because they change most often.
ARG BASE_IMAGE
ARG CREATED=unknown
ARG REVISION=unknown
ARG SOURCE=unknown
ARG VERSION=unknown
LABEL org.opencontainers.image.title="loadproof-service" \
      org.opencontainers.image.description="Two regression models behind HTTP, to put load on" \
      org.opencontainers.image.created="${CREATED}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.source="${SOURCE}" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.base.name="${BASE_IMAGE}"
