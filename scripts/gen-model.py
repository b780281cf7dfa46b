#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns an AWS service model into C: core/shape/shape.h says how shapes look.

Reads botocore's data for --service (build-time only), or the file --model for tests, applies
--patch, leaves what --only names of its operations, adds the shapes of --records, and writes
PREFIX.h and PREFIX.c into --outdir. The output depends on the input alone.

A patch is a JSON list of {"path": [...], "value": ..., "reason": "..."}; a null value deletes.
Records are {"shapes": {...}} in the model's own language and may refer to the model's shapes.
--only has a line for each operation that is answered (awsmodel.restrict); of the others the names
alone are known.
"""
import argparse
import json
import os
import sys

from awsmodel import (HEAD, ModelError, apply_patch, c_name, c_text, capital, lines_of,
                      load_service, protocols_of, restrict, view)

LOCATIONS = {"uri": "URI", "querystring": "QUERY", "header": "HEADER", "headers": "HEADERS",
             "statusCode": "STATUS"}
TIMES = {"iso8601": "ISO8601", "unixTimestamp": "UNIX", "rfc822": "RFC822"}
SCALARS = {"boolean": ("BOOL", "struct awi_opt_bool", "bool"),
           "byte": ("I32", "struct awi_opt_i32", "int32_t"),
           "short": ("I32", "struct awi_opt_i32", "int32_t"),
           "integer": ("I32", "struct awi_opt_i32", "int32_t"),
           "long": ("I64", "struct awi_opt_i64", "int64_t"),
           "float": ("F64", "struct awi_opt_f64", "double"),
           "double": ("F64", "struct awi_opt_f64", "double"),
           "timestamp": ("TIME", "struct awi_opt_time", "int64_t"),
           "string": ("STRING", "struct awi_str", "struct awi_str"),
           "character": ("STRING", "struct awi_str", "struct awi_str"),
           "blob": ("BLOB", "struct awi_str", "struct awi_str"),
           "document": ("DOCUMENT", "struct awi_str", "struct awi_str")}


class Generator:
    def __init__(self, prefix, model, others=()):
        self.prefix = prefix
        self.others = others  # names of operations without shapes
        self.model = model
        self.shapes = model["shapes"]
        self.operations = sorted(model.get("operations", {}).items())
        self.query_name = {}  # locationName of an operation's input shape
        for name, op in self.operations:
            for side in ("input", "output"):
                ref = op.get(side)
                if ref and self.kind(ref["shape"], "operation " + name) != "structure":
                    raise ModelError("%s of %s is no structure" % (side, name))
                if ref and "locationName" in ref:
                    self.query_name[ref["shape"]] = ref["locationName"]
        self.order = sorted(self.shapes)
        for name in self.order:
            self.check(name)

    # --- the model ---------------------------------------------------------------------------

    def kind(self, name, user):
        if name not in self.shapes:
            raise ModelError("%s refers to the shape %r, which is not there" % (user, name))
        shape = self.shapes[name]
        kind = shape.get("type")
        if shape.get("document"):
            return "document"
        if kind not in SCALARS and kind not in ("structure", "list", "map"):
            raise ModelError("shape %r has the unknown type %r" % (name, kind))
        return kind

    def check(self, name):
        kind, shape = self.kind(name, name), self.shapes[name]
        c_name(name)
        if kind == "structure":
            for member, ref in shape["members"].items():
                self.kind(ref["shape"], "%s.%s" % (name, member))
                if self.is_body(ref) and self.payload_of(shape) != member:
                    raise ModelError("%s.%s streams but is no payload" % (name, member))
            for field in shape.get("required", []):
                if field not in shape["members"]:
                    raise ModelError("%s requires %r, which it does not have" % (name, field))
            if shape.get("payload") is not None and shape["payload"] not in shape["members"]:
                raise ModelError("%s has no member %r for its payload" % (name, shape["payload"]))
        elif kind == "list":
            self.kind(shape["member"]["shape"], name)
        elif kind == "map":
            if self.kind(shape["key"]["shape"], name) != "string":
                raise ModelError("the keys of %s are no strings" % name)
            self.kind(shape["value"]["shape"], name)

    def payload_of(self, shape):
        return shape.get("payload")

    def is_body(self, ref):
        target = self.shapes[ref["shape"]]
        return target["type"] == "blob" and (ref.get("streaming") or target.get("streaming"))

    def errors(self):
        listed = {e["shape"] for _, op in self.operations for e in op.get("errors", [])}
        return [n for n in self.order
                if n in listed or self.shapes[n].get("exception") or "error" in self.shapes[n]]

    # --- C types -----------------------------------------------------------------------------

    def struct(self, name):
        return "struct %s_%s" % (self.prefix, name)

    def item_type(self, name):
        kind = self.kind(name, name)
        return SCALARS[kind][2] if kind in SCALARS else self.struct(name)

    def member_type(self, ref):
        kind = self.kind(ref["shape"], "member")
        if self.is_body(ref):
            return "struct awi_body *"
        if kind == "structure":
            return self.struct(ref["shape"]) + " *"
        return (SCALARS[kind][1] if kind in SCALARS else self.struct(ref["shape"])) + " "

    def of_kind(self, *kinds):
        return [n for n in self.order if self.kind(n, n) in kinds]

    def header(self):
        p, out = self.prefix, [HEAD, "#pragma once\n\n", '#include "core/shape/shape.h"\n\n',
                               "struct awi_body;\nstruct awi_req;\n\n"]
        for name in self.of_kind("structure"):
            out.append("%s;\n" % self.struct(name))
        for name in self.of_kind("map"):
            out.append("%s_entry;\n" % self.struct(name))
        for name in self.of_kind("list", "map"):
            item = (self.struct(name) + "_entry" if self.kind(name, name) == "map"
                    else self.item_type(self.shapes[name]["member"]["shape"]))
            out.append("\n%s {\n    %s *items;\n    size_t n;\n    bool set;\n};\n"
                       % (self.struct(name), item))
        for name in self.of_kind("structure"):
            members = self.shapes[name]["members"]
            out.append("\n%s {\n" % self.struct(name))
            for member, ref in members.items():
                out.append("    %s%s;\n" % (self.member_type(ref), c_name(member)))
            out.append("};\n" if members else "    char awi_empty;\n};\n")
        for name in self.of_kind("map"):
            out.append("\n%s_entry {\n    struct awi_str key;\n    %s value;\n};\n" % (
                self.struct(name), self.item_type(self.shapes[name]["value"]["shape"])))
        out.append("\n")
        for name in self.order:
            out.append("extern const struct awi_shape %s_%s_shape;\n" % (p, name))
        for name in self.errors():
            out.append("extern const struct awi_error_type %s_%s_error;\n" % (p, name))
        if self.operations:
            out.append(self.operations_header())
        return "".join(out)

    def operations_header(self):
        p, out = self.prefix, []
        out.append("extern const struct awi_model %s_model;\n\n" % p)
        out.append("/* Indices into %s_model.operations. */\nenum %s_op {\n" % (p, p))
        for name, _ in self.operations:
            out.append("    %s_op_%s,\n" % (p, name))
        out.append("    %s_n_ops,\n};\n" % p)
        out.append("\n/* A handler an operation; an empty slot answers NotImplemented. */\n")
        out.append("struct %s_handlers {\n" % p)
        for name, op in self.operations:
            args = ["struct awi_req *req"]
            for side, const in (("input", "const "), ("output", "")):
                ref = op.get(side)
                args.append("%s%s *%s" % (const, self.struct(ref["shape"]) if ref else "void",
                                          side[:-3]))
            out.append("    int (*%s)(%s);\n" % (c_name(name), ", ".join(args)))
        out.append("};\n")
        return "".join(out)

    # --- tables ------------------------------------------------------------------------------

    def member_row(self, owner, name, ref):
        shape, target = self.shapes[owner], self.shapes[ref["shape"]]
        flags = []
        for flag, on in (
                ("REQUIRED", name in shape.get("required", [])),
                ("FLATTENED", ref.get("flattened") or target.get("flattened")),
                ("ATTRIBUTE", ref.get("xmlAttribute")),
                ("PAYLOAD", shape.get("payload") == name or ref.get("eventpayload")),
                ("IDEMPOTENCY", ref.get("idempotencyToken")),
                ("JSONVALUE", ref.get("jsonvalue")),
                ("HOST_LABEL", ref.get("hostLabel")),
                ("EVENT_STREAM", ref.get("eventstream") or target.get("eventstream")),
                ("SENSITIVE", ref.get("sensitive") or target.get("sensitive"))):
            if on:
                flags.append("AWI_MEMBER_" + flag)
        wire = ref.get("locationName", name)
        location = ref.get("location")
        if location is not None and location not in LOCATIONS:
            raise ModelError("%s.%s is in the unknown place %r" % (owner, name, location))
        time = ref.get("timestampFormat", target.get("timestampFormat"))
        if time is not None and time not in TIMES:
            raise ModelError("%s.%s has the unknown timestampFormat %r" % (owner, name, time))
        ns = ref.get("xmlNamespace", target.get("xmlNamespace"))
        if isinstance(ns, str):
            ns = {"uri": ns}
        row = [".name = " + view(name), ".wire_name = " + view(wire),
               ".ec2_name = " + view(ref.get("queryName", capital(wire)))]
        if ns:
            row.append(".xml_ns = " + view(ns["uri"]))
            if ns.get("prefix"):
                row.append(".xml_ns_prefix = " + view(ns["prefix"]))
        row.append(".shape = &" + ("streaming_body" if self.is_body(ref) else
                                   "%s_%s_shape" % (self.prefix, ref["shape"])))
        row.append(".offset = offsetof(%s, %s)" % (self.struct(owner), c_name(name)))
        if flags:
            row.append(".flags = " + " | ".join(flags))
        if location:
            row.append(".location = AWI_IN_" + LOCATIONS[location])
        if time:
            row.append(".time_format = AWI_TIME_" + TIMES[time])
        return "    {%s},\n" % ", ".join(row)

    def shape_table(self, name):
        p, shape, kind = self.prefix, self.shapes[name], self.kind(name, name)
        out, row = [], [".name = " + view(name)]
        if kind == "structure":
            members = shape["members"]
            if members:
                out.append("static const struct awi_member %s_members[] = {\n" % name)
                out += [self.member_row(name, m, r) for m, r in members.items()]
                out.append("};\n")
                row.append(".members = %s_members" % name)
                row.append(".n_members = %d" % len(members))
            row.append(".size = sizeof(%s)" % self.struct(name))
            kind_word = "UNION" if shape.get("union") else "STRUCT"
        elif kind == "list":
            kind_word, item = "LIST", shape["member"]
            row.append(".size = sizeof(%s)" % self.item_type(item["shape"]))
            row.append(".item = &%s_%s_shape" % (p, item["shape"]))
            row.append(".item_name = " + view(item.get("locationName")))
        elif kind == "map":
            kind_word, entry = "MAP", self.struct(name) + "_entry"
            row.append(".size = sizeof(%s)" % entry)
            row.append(".value_offset = offsetof(%s, value)" % entry)
            row.append(".item = &%s_%s_shape" % (p, shape["value"]["shape"]))
            row.append(".key = &%s_%s_shape" % (p, shape["key"]["shape"]))
            row.append(".item_name = " + view(shape["value"].get("locationName")))
            row.append(".key_name = " + view(shape["key"].get("locationName")))
        else:
            kind_word = SCALARS[kind][0]
        row.insert(0, ".type = AWI_TYPE_" + kind_word)
        xml_name = shape.get("locationName", self.query_name.get(name))
        if xml_name:
            row.append(".xml_name = " + view(xml_name))
        if shape.get("flattened"):
            row.append(".flattened = true")
        if shape.get("timestampFormat"):
            row.append(".time_format = AWI_TIME_" + TIMES[shape["timestampFormat"]])
        for bound in ("min", "max"):
            if bound in shape:
                row.append(".has_%s = true" % bound)
                row.append(".%s = %s" % (bound, json.dumps(float(shape[bound]))))
        if "pattern" in shape:
            row.append(".pattern = " + c_text(shape["pattern"]))
        if shape.get("enum"):
            out.append("static const struct awi_str %s_values[] = {\n" % name)
            out += ["    %s,\n" % view(value) for value in shape["enum"]]
            out.append("};\n")
            row.append(".enum_values = %s_values" % name)
            row.append(".n_enum_values = %d" % len(shape["enum"]))
        out.append("const struct awi_shape %s_%s_shape = {\n    %s,\n};\n\n"
                   % (p, name, ",\n    ".join(row)))
        return "".join(out)

    def error_row(self, name):
        shape = self.shapes[name]
        trait = shape.get("error", {})
        status = trait.get("httpStatusCode", 500 if shape.get("fault") else 400)
        sender = trait.get("senderFault", status < 500)
        row = [".code = " + view(name)]
        if trait.get("code", name) != name:
            row.append(".query_code = " + view(trait["code"]))
        row += [".status = %d" % status, ".sender = %s" % ("true" if sender else "false")]
        if any(m != "message" for m in shape.get("members", {})):
            row.append(".shape = &%s_%s_shape" % (self.prefix, name))
        return "const struct awi_error_type %s_%s_error = {\n    %s,\n};\n" % (
            self.prefix, name, ",\n    ".join(row))

    def operation(self, index, name, op):
        p, http = self.prefix, op.get("http", {})
        flags = []
        if op.get("authtype") == "none" or op.get("auth") == ["smithy.api#noAuth"]:
            flags.append("AWI_OP_UNSIGNED")
        if op.get("httpChecksumRequired") or op.get("httpChecksum", {}).get(
                "requestChecksumRequired"):
            flags.append("AWI_OP_CHECKSUM_REQUIRED")
        if op.get("deprecated"):
            flags.append("AWI_OP_DEPRECATED")
        row = [".name = " + view(op.get("name", name)),
               ".method = " + view(http.get("method", "POST")),
               ".uri = " + view(http.get("requestUri", "/")),
               ".status = %d" % http.get("responseCode", 200), ".index = %d" % index]
        if flags:
            row.append(".flags = " + " | ".join(flags))
        for side in ("input", "output"):
            if op.get(side):
                row.append(".%s = &%s_%s_shape" % (side, p, op[side]["shape"]))
        if op.get("output", {}).get("resultWrapper"):
            row.append(".result_wrapper = " + view(op["output"]["resultWrapper"]))
        errors = [e["shape"] for e in op.get("errors", [])]
        row += [".errors = %s" % ("%s_errors" % name if errors else "no_errors"),
                ".call = call_%s" % name]
        out = ""
        if errors:
            out = "static const struct awi_error_type *const %s_errors[] = {%s, NULL};\n" % (
                name, ", ".join("&%s_%s_error" % (p, e) for e in errors))
        thunk = ("static int call_%s(const void *handlers, struct awi_req *req, const void *in, "
                 "void *out)\n{\n    const struct %s_handlers *h = handlers;\n"
                 "    return h->%s ? h->%s(req, in, out) : AWI_NO_HANDLER;\n}\n"
                 % (name, p, c_name(name), c_name(name)))
        return out + thunk, "    {%s},\n" % ", ".join(row)

    def model_row(self):
        p, meta = self.prefix, self.model["metadata"]
        names = protocols_of(meta)
        ns = meta.get("xmlNamespace")
        rows = [".id = " + view(p), ".service_id = " + view(meta.get("serviceId", p)),
                ".endpoint_prefix = " + view(meta["endpointPrefix"]),
                ".signing_name = " + view(meta.get("signingName", meta["endpointPrefix"])),
                ".target_prefix = " + view(meta.get("targetPrefix")),
                ".api_version = " + view(meta["apiVersion"]),
                ".xml_ns = " + view(ns["uri"] if isinstance(ns, dict) else ns),
                ".protocols = " + " | ".join("1u << AWI_PROTO_" + n for n in names),
                ".protocol = AWI_PROTO_" + names[0],
                ".query_compatible = %s" % ("true" if "awsQueryCompatible" in meta else "false"),
                ".global = %s" % ("true" if meta.get("awi_global") else "false"),
                ".operations = operations", ".n_operations = %s_n_ops" % p]
        if self.others:
            rows.append(".other_names =\n        " + "\n        ".join(
                c_text(name + "\n") for name in self.others))
        return "const struct awi_model %s_model = {\n    %s,\n};\n" % (p, ",\n    ".join(rows))

    def source(self, include):
        out = [HEAD, '#include "%s.h"\n\n' % include]
        if any(self.is_body(r) for n in self.of_kind("structure")
               for r in self.shapes[n]["members"].values()):
            out.append("static const struct awi_shape streaming_body = {\n"
                       "    .type = AWI_TYPE_BODY,\n    .name = AWI_STR_INIT(\"Body\"),\n};\n\n")
        out += [self.shape_table(name) for name in self.order]
        out += [self.error_row(name) for name in self.errors()]
        if self.operations:
            if not all(op.get("errors") for _, op in self.operations):
                out.append("\nstatic const struct awi_error_type *const no_errors[] = {NULL};\n")
            pairs = [self.operation(i, n, op) for i, (n, op) in enumerate(self.operations)]
            out.append("\n" + "\n".join(pair[0] for pair in pairs))
            out.append("\nstatic const struct awi_operation operations[] = {\n")
            out += [pair[1] for pair in pairs]
            out.append("};\n\n" + self.model_row())
        return "".join(out)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--prefix", required=True, help="name of the service in C and of its folder")
    parser.add_argument("--service", help="its name in botocore's data")
    parser.add_argument("--model", help="a model file instead")
    parser.add_argument("--patch")
    parser.add_argument("--records")
    parser.add_argument("--only", help="a file that names the operations that are answered")
    parser.add_argument("--outdir", required=True)
    parser.add_argument("--include", help="how the header is included, without .h (gen/PREFIX)")
    args = parser.parse_args()

    def read(path):
        with open(path, encoding="utf-8") as file:
            return json.load(file)

    try:
        model = {"shapes": {}}
        if args.service:
            model = load_service(args.service)
        elif args.model:
            model = read(args.model)
        if args.patch:
            apply_patch(model, read(args.patch))
        others = restrict(model, lines_of(args.only)) if args.only else ()
        for name, shape in (read(args.records)["shapes"] if args.records else {}).items():
            if name in model["shapes"]:
                raise ModelError("the record %r has the name of a shape of the model" % name)
            model["shapes"][name] = shape
        generator = Generator(c_name(args.prefix), model, others)
        include = args.include or "gen/" + args.prefix
        texts = {".h": generator.header(), ".c": generator.source(include)}
    except ModelError as error:
        sys.exit("gen-model: %s: %s" % (args.prefix, error))
    for suffix, text in texts.items():
        with open(os.path.join(args.outdir, args.prefix + suffix), "w", encoding="utf-8") as file:
            file.write(text)


if __name__ == "__main__":
    main()
