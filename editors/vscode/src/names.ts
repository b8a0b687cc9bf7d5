// Made by scripts/write_editor_lists.py from excore/lang/project and the grammar; do not edit.

export const PLAIN_NAMES = new Set([
  "_typos.toml",
  "book.toml",
  "bunfig.toml",
  "cargo.toml",
  "cliff.toml",
  "clippy.toml",
  "cross.toml",
  "deny.toml",
  "dprint.toml",
  "fly.toml",
  "gitleaks.toml",
  "gopkg.toml",
  "hatch.toml",
  "hugo.toml",
  "languages.toml",
  "lock.toml",
  "manifest.toml",
  "mise.toml",
  "mypy.toml",
  "netlify.toml",
  "pdm.toml",
  "pixi.toml",
  "poetry.toml",
  "project.toml",
  "pyproject.toml",
  "pyrefly.toml",
  "pytest.toml",
  "ruff.toml",
  "rust-toolchain.toml",
  "rustfmt.toml",
  "selene.toml",
  "starship.toml",
  "stylua.toml",
  "taplo.toml",
  "tombi.toml",
  "tox.toml",
  "ty.toml",
  "typos.toml",
  "uv.toml",
  "wrangler.toml"
]);
export const PLAIN_PATTERN = /^((pylock\..*|pipfile.*|.*[.-]lock)\.toml|.*\.lock)$/;
export const BOUNDARIES = [".excore.toml", "pyproject.toml", "setup.py", "setup.cfg", ".git", ".hg"];
export const TOOL_FOLDERS = new Set(["__pycache__", "__pypackages__", "build", "dist", "env", "node_modules", "site-packages", "venv"]);
export const RUN_FOLDERS = new Set(["outputs", "target", "wandb"]);
export const SEARCH = {"deepest": 3, "folders": 400, "files": 200, "bytes": 16384, "above": 2};
export const PREFIX_CLASS = "[!@$&]";
