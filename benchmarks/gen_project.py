#!/usr/bin/env python3
"""Make a synthetic ExCore project for benchmarks (deterministic, stdlib only).

    python benchmarks/gen_project.py --n 1000 --sections 20,500,5000 --out DIR

Writes
  DIR/src/...            Python source: registries + N registered classes
  DIR/schema.json        the JSON schema upstream's `excore config-extension` makes of it
  DIR/configs/mM.toml    a config of M sections (plain TOML 1.0: special keys are quoted)
  DIR/.taplo.toml DIR/tombi.toml DIR/.excore.toml
  DIR/manifest.json      probes for lsp_bench.py: where to put the cursor, what to expect

A config with more sections than there are classes continues in scratchpad
fields ([Extra1.Name], ...), which the schema does not describe.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path

FIELDS = {  # field -> (share of classes, class-name roots)
    "Model": (
        0.30,
        ["FCN", "DeepLab", "UNet", "MaskFormer", "SegFormer", "PSPNet", "Cascade", "Detr", "Yolo", "Retina"],
    ),
    "Backbone": (0.15, ["ResNet", "Swin", "ConvNeXt", "MobileNet", "HRNet", "VGG", "RegNet", "EfficientNet"]),
    "Head": (0.10, ["FCNHead", "ASPPHead", "BBoxHead", "MaskHead", "RPNHead", "AnchorHead"]),
    "TrainData": (0.10, ["Cityscapes", "CocoDataset", "VocDataset", "AdeDataset", "LvisDataset"]),
    "Transform": (0.20, ["Resize", "RandomCrop", "Normalize", "Pad", "ColorJitter", "RandomFlip", "Mosaic", "MixUp"]),
    "Optimizer": (0.05, ["AdamW", "SGD", "Lamb", "Lion", "RMSprop"]),
    "Loss": (0.10, ["CrossEntropyLoss", "DiceLoss", "FocalLoss", "LovaszLoss", "SmoothL1Loss"]),
}
SUFFIXES = [
    "",
    "V2",
    "Plus",
    "Lite",
    "Tiny",
    "Small",
    "Base",
    "Large",
    "XL",
    "Fast",
    "Light",
    "Dense",
    "Sparse",
    "Dual",
    "Multi",
    "Hybrid",
]
# name, annotation, default source (None = required), json type, items type, sample TOML value, doc
_B = [
    ("in_channels", "int", "3", 64, "Number of channels of the input feature map."),
    ("out_channels", "int", "256", 128, "Number of channels of the output."),
    ("num_classes", "int", "19", 21, "Number of classes including background."),
    ("num_layers", "int", "12", 6, "Number of stacked layers."),
    ("depth", "int", "50", 101, "Depth of the network."),
    ("dropout_ratio", "float", "0.1", 0.2, "Ratio of the dropout layer."),
    ("learning_rate", "float", "0.001", 0.01, "Base learning rate."),
    ("weight_decay", "float", "0.0", 0.05, "Weight decay (L2 penalty)."),
    ("momentum", "float", "0.9", 0.95, "Momentum factor."),
    ("norm_type", "str", "'BN'", "SyncBN", "Type of normalisation layer."),
    ("act_type", "str", "'ReLU'", "GELU", "Type of activation layer."),
    ("data_root", "str", "'data'", "data/cityscapes", "Root directory of the data set."),
    ("ann_file", "str", "''", "annotations/train.json", "Path of the annotation file relative to the root."),
    ("align_corners", "bool", "False", True, "Whether to align corners when interpolating."),
    ("frozen", "bool", "False", True, "Whether to freeze all weights."),
    ("with_cp", "bool", "False", True, "Use checkpointing to trade speed for memory."),
    ("shuffle", "bool", "True", False, "Whether to shuffle the samples at every epoch."),
    ("crop_size", "List[int]", "(512, 512)", [769, 769], "Height and width of the crop."),
    ("mean", "List[float]", "(0.0, 0.0, 0.0)", [123.675, 116.28, 103.53], "Mean value of each channel."),
    ("std", "List[float]", "(1.0, 1.0, 1.0)", [58.395, 57.12, 57.375], "Standard deviation of each channel."),
    ("class_names", "List[str]", "()", ["road", "sidewalk", "car"], "Names of the classes in order."),
    ("pretrained", "Optional[str]", "None", "weights/r50.pth", "Path of pretrained weights, none if not given."),
    ("seed", "Optional[int]", "None", 42, "Random seed, none for a random one."),
    ("loss_weight", "float", "1.0", 0.4, "Weight of this loss in the sum."),
    ("ignore_index", "int", "255", 250, "Label index to be ignored."),
    ("reduction", "str", "'mean'", "sum", "How to reduce the loss: mean, sum or none."),
    ("stride", "int", "1", 2, "Stride of the first convolution."),
    ("dilation", "int", "1", 4, "Dilation rate of the last stage."),
    ("kernel_size", "int", "3", 7, "Kernel size of the convolution."),
    ("num_heads", "int", "8", 4, "Number of attention heads."),
    ("window_size", "int", "7", 12, "Size of the local attention window."),
    ("mlp_ratio", "float", "4.0", 3.0, "Expansion ratio of the feed-forward layer."),
    ("use_bias", "bool", "True", False, "Whether the projection has a bias."),
    ("interval", "int", "1", 10, "Interval in iterations between two calls."),
    ("prob", "float", "0.5", 0.3, "Probability of applying the transform."),
    ("scale", "List[float]", "(0.5, 2.0)", [0.75, 1.5], "Range of the random scale factor."),
    ("keep_ratio", "bool", "True", False, "Whether to keep the aspect ratio."),
    ("pad_value", "float", "0.0", 114.0, "Value to fill the border with."),
    ("batch_size", "int", "8", 4, "Samples in a batch on one device."),
    ("num_workers", "int", "4", 2, "Worker processes of the loader."),
]
_J = {"int": "number", "float": "number", "str": "string", "bool": "boolean"}


def jprop(anno: str) -> dict:
    if anno.startswith("Optional["):
        anno = anno[9:-1]
    if anno.startswith("List["):
        return {"items": {"type": _J[anno[5:-1]]}, "type": "array"}
    return {"type": _J[anno]}


def make_classes(n: int, rng: random.Random) -> dict[str, list[dict]]:
    out: dict[str, list[dict]] = {}
    left = n
    names = list(FIELDS)
    for i, field in enumerate(names):
        share, roots = FIELDS[field]
        k = left if i == len(names) - 1 else max(1, round(n * share))
        left -= k
        cs = []
        for j in range(k):
            root = roots[j % len(roots)]
            suf = SUFFIXES[(j // len(roots)) % len(SUFFIXES)]
            gen = j // (len(roots) * len(SUFFIXES))
            name = f"{root}{suf}{field[0]}{gen}" if gen else f"{root}{suf}"
            if field == "Head" and not name.endswith("Head") and "Head" not in name:
                name += "Head"
            params = rng.sample(_B, rng.randint(5, 15))
            nreq = rng.randint(0, 2)
            ps = [
                {
                    "name": p[0],
                    "anno": p[1],
                    "default": None if q < nreq and not p[1].startswith("Optional") else p[2],
                    "value": p[3],
                    "doc": p[4],
                }
                for q, p in enumerate(params)
            ]
            refs = {"Model": ["backbone", "head"], "TrainData": ["transforms"]}.get(field, [])
            cs.append({"name": name, "field": field, "params": ps, "refs": refs})
        out[field] = cs
    return out


def docstring(c: dict) -> str:
    lines = [
        f"{c['name']} of the synthetic {c['field']} zoo.",
        "",
        f"    This is registered as ``{c['name']}`` and is built from a section of the config.",
        "    It keeps its arguments as attributes and does nothing else.",
        "",
        "    Args:",
    ]
    lines += [f"        {r} (Any, optional): Module passed by reference." for r in c["refs"]]
    lines += [
        f"        {p['name']} ({p['anno']}{'' if p['default'] is None else ', optional'}): {p['doc']}"
        + ("" if p["default"] is None else f" Default: {p['default']}.")
        for p in c["params"]
    ]
    return "\n".join(lines) + "\n    "


def source(c: dict, reg: str) -> str:
    req = [p for p in c["params"] if p["default"] is None]
    opt = [p for p in c["params"] if p["default"] is not None]
    sig = (
        ["self"]
        + [f"{p['name']}: {p['anno']}" for p in req]
        + [f"{r}=None" for r in c["refs"]]
        + [f"{p['name']}: {p['anno']} = {p['default']}" for p in opt]
    )
    body = "".join(f"        self.{x} = {x}\n" for x in [p["name"] for p in req] + c["refs"] + [p["name"] for p in opt])
    args = "".join(f"        {s},\n" for s in sig)
    return (
        f'@{reg}.register()\nclass {c["name"]}:\n    """{docstring(c)}"""\n\n'
        f"    def __init__(\n{args}    ) -> None:\n{body}\n"
        f"    def __call__(self, x):\n        return x\n\n\n"
    )


def schema_of(classes: dict[str, list[dict]], isolated: bool) -> dict:
    props: dict = {}
    for field, cs in classes.items():
        m = {}
        for c in cs:
            req = [p for p in c["params"] if p["default"] is None]
            opt = [p for p in c["params"] if p["default"] is not None]
            items = {p["name"]: jprop(p["anno"]) for p in req}
            items.update({r: {} for r in c["refs"]})
            items.update({p["name"]: jprop(p["anno"]) for p in opt})
            d = {"type": "object", "properties": items, "description": docstring(c)}
            if req:
                d["required"] = [p["name"] for p in req]
            m[c["name"]] = d
        props[field] = {"type": "object", "properties": m}
        if isolated:
            props.update(m)
    return {
        "title": "ExCore",
        "description": "Used for ExCore config file completion",
        "type": "object",
        "properties": props,
    }


def tval(v) -> str:
    if isinstance(v, bool):
        return "true" if v else "false"
    if isinstance(v, str):
        return '"' + v + '"'
    if isinstance(v, list):
        return "[" + ", ".join(tval(x) for x in v) + "]"
    return repr(v)


def config(classes: dict[str, list[dict]], m: int, rng: random.Random) -> tuple[list[str], list[dict]]:
    order = []  # interleave the fields so each is present
    pools = {f: cs[: max(1, int(len(cs) * 0.9))] for f, cs in classes.items()}  # some names stay unused
    while any(pools.values()):
        for f in list(pools):
            take = 2 if f in ("Model", "Transform") else 1
            for _ in range(take):
                if pools[f]:
                    order.append((f, pools[f].pop(0)))
    chosen = order[:m]
    i = 0
    while len(chosen) < m:
        f, c = order[i % len(order)]
        chosen.append((f"Extra{1 + i // len(order)}", c))
        i += 1
    by_field: dict[str, list[str]] = {}
    for f, c in chosen:
        by_field.setdefault(f, []).append(c["name"])
    chosen.sort(key=lambda fc: list(classes).index(fc[0]) if fc[0] in classes else 99)
    lines, secs = ["# synthetic ExCore config", f'work_dir = "runs/m{m}"', "max_epochs = 100", ""], []
    for f, c in chosen:
        s = {"field": f, "cls": c["name"], "header": len(lines), "keys": {}}
        lines.append(f"[{f}.{c['name']}]")
        if f == "Model" and by_field.get("Backbone"):
            lines.append(f'"!backbone" = "{rng.choice(by_field["Backbone"])}"')
            if by_field.get("Head"):
                lines.append(f'"!head" = "{rng.choice(by_field["Head"])}"')
        if f == "TrainData" and by_field.get("Transform"):
            t = by_field["Transform"]
            lines.append('"!transforms" = ' + tval(rng.sample(t, min(4, len(t)))))
        req = [p for p in c["params"] if p["default"] is None]
        opt = [p for p in c["params"] if p["default"] is not None]
        for p in req + opt[: max(2, len(opt) // 2)]:
            s["keys"][p["name"]] = len(lines)
            lines.append(f"{p['name']} = {tval(p['value'])}")
        s["end"] = len(lines)
        lines.append("")
        secs.append(s)
    return lines, secs


def probes(classes, lines, secs, loc) -> list[dict]:
    """Cursor probes in the middle of the document. Each is an edit of whole lines plus a position."""
    cmap = {c["name"]: c for cs in classes.values() for c in cs}
    pr = []
    models = [s for s in secs if s["field"] == "Model"]
    mid = models[len(models) // 2]
    used = {s["cls"] for s in models}
    free = [c["name"] for c in classes["Model"] if c["name"] not in used] or [c["name"] for c in classes["Model"]]
    at = mid["end"]
    allm = [c["name"] for c in classes["Model"]]
    # a name none of whose first 3 characters make a class of their own, so that a prefix is never a complete name
    want = next((x for x in free[len(free) // 2 :] + free if x[:3] not in allm), free[0])
    for name, typed in (("header_empty", ""), ("header_prefix", want[:2])):
        text = f"[Model.{typed}]"
        hits = [x for x in free if x.startswith(typed)]
        pr.append(
            {
                "name": name,
                "kind": "completion",
                "at": at,
                "insert": [text],
                "line": at,
                "char": len(text) - 1,
                "want": want,
                "universe": hits,
                "all": allm,
                "typed": typed,
                "type_char": "e" if not typed else "x",
            }
        )
    c = cmap[mid["cls"]]
    missing = [p["name"] for p in c["params"] if p["name"] not in mid["keys"]]
    wantp = missing[0]
    for name, typed in (("param_empty", ""), ("param_prefix", wantp[:2])):
        pr.append(
            {
                "name": name,
                "kind": "completion",
                "at": at,
                "insert": [typed],
                "line": at,
                "char": len(typed),
                "want": wantp,
                "universe": [x for x in missing if x.startswith(typed)] if typed else missing,
                "all": [p["name"] for p in c["params"]] + c["refs"],
                "typed": typed,
                "type_char": "a",
            }
        )
    bbs = [x["name"] for x in classes["Backbone"]]
    txt = '"!backbone" = ""'
    # a model section that has no backbone yet
    hdr = f"[Model.{want}]"
    pr.append(
        {
            "name": "ref_value",
            "kind": "completion",
            "at": at,
            "insert": [hdr, txt, ""],
            "line": at + 1,
            "char": len(txt) - 1,
            "want": bbs[len(bbs) // 2],
            "universe": bbs,
            "all": bbs,
            "typed": "",
            "type_char": "R",
        }
    )
    hd = mid["header"]
    pr.append(
        {
            "name": "hover_class",
            "kind": "hover",
            "line": hd,
            "char": len("[Model.") + 1,
            "want": f"{mid['cls']} of the synthetic Model zoo",
        }
    )
    k, ln = next(iter(mid["keys"].items()))
    doc = next(p["doc"] for p in c["params"] if p["name"] == k)
    pr.append({"name": "hover_param", "kind": "hover", "line": ln, "char": 1, "want": doc, "want_weak": k})
    file, pl = loc[mid["cls"]]
    pr.append(
        {
            "name": "definition_class",
            "kind": "definition",
            "line": hd,
            "char": len("[Model.") + 1,
            "want_file": file,
            "want_line": pl,
        }
    )
    file, pl = loc[mid["cls"] + "." + k]
    pr.append(
        {"name": "definition_param", "kind": "definition", "line": ln, "char": 1, "want_file": file, "want_line": pl}
    )
    bad = "[Model.NoSuchClassAnywhere]"
    pr.append(
        {
            "name": "diag_unknown_class",
            "kind": "diag",
            "at": at,
            "insert": [bad, "depth = 3", ""],
            "line": at,
            "span": 1,
        }
    )
    pr.append(
        {
            "name": "diag_unknown_param",
            "kind": "diag",
            "at": at,
            "insert": ["no_such_parameter_anywhere = 3"],
            "line": at,
            "span": 0,
        }
    )
    num = next((x for x in c["params"] if x["anno"] in ("int", "float") and x["name"] not in mid["keys"]), None)
    if num is None:
        num = {"name": wantp}
    pr.append(
        {
            "name": "diag_type",
            "kind": "diag",
            "at": at,
            "insert": [f"{num['name']} = {{ a = 1 }}"],
            "line": at,
            "span": 0,
        }
    )
    pr.append({"name": "diag_syntax", "kind": "diag", "at": at, "insert": ["broken = = 1"], "line": at, "span": 0})
    return pr


def write_modules(folder: Path, field: str, classes: list[dict], per_file: int) -> dict[str, tuple[str, int]]:
    """Write the modules of one field. Returns where each class and each of its parameters stands."""
    folder.mkdir(exist_ok=True)
    (folder / "__init__.py").write_text("")
    loc: dict[str, tuple[str, int]] = {}
    for i in range(0, len(classes), per_file):
        p = folder / f"zoo_{i // per_file:03d}.py"
        text = f'"""Synthetic {field} modules."""\nfrom typing import List, Optional\n\n'
        text += f"from src import {field.upper()}\n\n\n"
        for c in classes[i : i + per_file]:
            base = text.count("\n")
            s = source(c, field.upper())
            loc[c["name"]] = (str(p), base + 1)
            sl = s.split("\n")
            first = next(q for q, x in enumerate(sl) if "def __init__" in x)
            for q, x in enumerate(sl[first:], first):
                key = x.strip().split(":")[0].split("=")[0].strip()
                if x.startswith("        ") and not x.strip().startswith("self") and key.isidentifier():
                    loc.setdefault(c["name"] + "." + key, (str(p), base + q))
            text += s
        p.write_text(text)
    return loc


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--n", type=int, default=1000)
    ap.add_argument("--sections", default="20,500")
    ap.add_argument("--out", required=True)
    ap.add_argument("--per-file", type=int, default=20)
    ap.add_argument("--seed", type=int, default=7)
    ap.add_argument(
        "--isolated",
        action="store_true",
        help="also put every class at the schema's top level, as upstream does for '*Field'",
    )
    a = ap.parse_args()
    rng = random.Random(a.seed)
    out = Path(a.out).resolve()
    src = out / "src"
    src.mkdir(parents=True, exist_ok=True)
    classes = make_classes(a.n, rng)
    seen: set[str] = set()
    for cs in classes.values():
        for c in cs:
            assert c["name"] not in seen, c["name"]
            seen.add(c["name"])
    (src / "__init__.py").write_text(
        "from excore import Registry\n\n" + "".join(f'{f.upper()} = Registry("{f}")\n' for f in classes)
    )
    loc: dict[str, tuple[str, int]] = {}
    for field, cs in classes.items():
        loc.update(write_modules(src / field.lower(), field, cs, a.per_file))
    (out / "schema.json").write_text(json.dumps(schema_of(classes, a.isolated), indent=2))
    (out / ".taplo.toml").write_text(
        f'[schema]\npath = "{out}/schema.json"\nenabled = true\n\n[formatting]\nalign_entries = false\n'
    )
    (out / "tombi.toml").write_text(
        'toml-version = "v1.0.0"\n\n[[schemas]]\npath = "schema.json"\ninclude = ["configs/*.toml"]\n'
    )
    regs = [f'"*{f}: {f}"' if f not in ("Head", "Transform") else f'"{f}"' for f in classes]
    prim = [f for f in classes if f not in ("Head", "Transform")]
    cache = out / ".cache"
    (out / ".excore.toml").write_text(
        f'name = "{out.name}"\nsrc_dir = "src"\ncache_base_dir = "{cache}/"\ncache_dir = "{cache}"\n'
        f'registry_cache_file = "{cache}/registry_cache.pkl"\njson_schema_file = "{cache}/excore_schema.json"\n'
        f'class_mapping_file = "{cache}/class_mapping.json"\nregistries = [{", ".join(regs)}]\n'
        f"primary_fields = {json.dumps(prim)}\n"
        f"excore_validate = true\nexcore_manual_set = true\nexcore_log_build_message = false\n\n"
        f"[primary_to_registry]\n"
        + "".join(f'{f} = "{f}"\n' for f in prim)
        + "\n[json_schema_fields]\n"
        + "".join(f'{f} = ["{f}"]\n' for f in prim)
        + "isolated_fields = []\n\n[props]\n"
    )
    cfgs = out / "configs"
    cfgs.mkdir(exist_ok=True)
    man = {"n": a.n, "fields": {f: len(c) for f, c in classes.items()}, "configs": {}}
    for m in [int(x) for x in a.sections.split(",")]:
        lines, secs = config(classes, m, rng)
        name = f"configs/m{m}.toml"
        (out / name).write_text("\n".join(lines) + "\n")
        man["configs"][name] = {
            "sections": m,
            "lines": len(lines),
            "bytes": sum(len(x) + 1 for x in lines),
            "probes": probes(classes, lines, secs, loc),
        }
    (out / "manifest.json").write_text(json.dumps(man, indent=1))
    print(
        json.dumps({k: v for k, v in man.items() if k != "configs"}),
        {k: (v["lines"], v["bytes"]) for k, v in man["configs"].items()},
        "schema",
        (out / "schema.json").stat().st_size,
        "py",
        sum(p.stat().st_size for p in src.rglob("*.py")),
    )


if __name__ == "__main__":
    main()
