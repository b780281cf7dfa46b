#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes core/endpoint/aws_services.h's table: every service that botocore knows, its protocols and
names, and for those that speak REST which operation a method and path mean. Services that are not
emulated are refused in their own protocol by it.
"""
import gzip
import json
import os
import sys

from awsmodel import HEAD, c_text, protocols_of, view


def value_of(text, name):
    """A member of the model's outermost object; the shapes, by far most of it, are not parsed."""
    at = text.index('"%s":{' % name)
    return json.JSONDecoder().raw_decode(text[at + len(name) + 3:])[0]


def read_model(path):
    """Its metadata and operations."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        text = file.read()
    try:
        return value_of(text, "metadata"), value_of(text, "operations")
    except ValueError:
        model = json.loads(text)
        return model["metadata"], model["operations"]


def rest_lines(operations):
    lines = ["%s %s %s\n" % (op["http"]["method"], op["http"]["requestUri"], name)
             for name, op in sorted(operations.items())]
    return "\n         ".join(c_text(line) for line in lines) or '""'


def main():
    import botocore
    import botocore.loaders
    data = os.path.join(os.path.dirname(botocore.__file__), "data")
    partition = botocore.loaders.Loader().load_data("endpoints")["partitions"][0]["services"]
    out = [HEAD, '#include "core/endpoint/aws_services.h"\n\n',
           "const struct awi_model awi_aws_services[] = {\n"]
    count = 0
    for name in sorted(os.listdir(data)):
        folder = os.path.join(data, name)
        versions = sorted(v for v in os.listdir(folder)
                          if os.path.exists(os.path.join(folder, v, "service-2.json.gz"))
                          ) if os.path.isdir(folder) else []
        if not versions:
            continue
        meta, operations = read_model(os.path.join(folder, versions[-1], "service-2.json.gz"))
        names = protocols_of(meta)
        prefix = meta["endpointPrefix"]
        ns = meta.get("xmlNamespace")
        everywhere = partition.get(prefix, {}).get("isRegionalized") is False
        out.append("    {.id = %s,\n     .service_id = %s,\n     .endpoint_prefix = %s,\n"
                   "     .signing_name = %s,\n     .target_prefix = %s,\n     .api_version = %s,\n"
                   "     .xml_ns = %s,\n     .protocols = %s,\n     .protocol = AWI_PROTO_%s,\n"
                   "     .rest_lines = %s,\n"
                   "     .query_compatible = %s,\n     .global = %s},\n" % (
                       view(name), view(meta.get("serviceId", name)), view(prefix),
                       view(meta.get("signingName", prefix)), view(meta.get("targetPrefix")),
                       view(meta["apiVersion"]), view(ns["uri"] if isinstance(ns, dict) else ns),
                       " | ".join("1u << AWI_PROTO_" + n for n in names), names[0],
                       rest_lines(operations) if names[0].startswith("REST") else "NULL",
                       "true" if "awsQueryCompatible" in meta else "false",
                       "true" if everywhere else "false"))
        count += 1
    out.append("};\n\nconst size_t awi_n_aws_services = %d;\n" % count)
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        file.write("".join(out))


if __name__ == "__main__":
    main()
