"""Static files with hashed names, JavaScript modules' imports included."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class ModuleManifestStorage(CompressedManifestStaticFilesStorage):
    """Rewrites `import` paths too: a page must never mix modules of two releases."""

    support_js_module_import_aggregation = True
