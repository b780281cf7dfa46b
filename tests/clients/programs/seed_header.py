# SPDX-License-Identifier: Apache-2.0
# The header of moto's page: python requests to an emulator's address, which is ours by configuration.
import json
import os
import re

import requests

URL = "http://localhost:5000"
HEADERS = {"x-moto-account-id": "333344445555"}


def names(headers=None):
    answer = requests.get(URL, headers=headers, timeout=60)
    answer.raise_for_status()
    return re.findall("<Bucket>.*?<Name>([^<]*)</Name>", answer.text)


seen = {"put": requests.put("http://bucket.localhost:5000/", headers=HEADERS, timeout=60).status_code}
seen["named"] = names(HEADERS)
seen["default"] = names()
# The variable comes before the header.
os.environ["MOTO_ACCOUNT_ID"] = "123456789012"
seen["variable before header"] = names(HEADERS)
del os.environ["MOTO_ACCOUNT_ID"]
seen["reset"] = requests.post(URL + "/moto-api/reset", timeout=60).status_code
seen["after reset"] = names(HEADERS)
print(json.dumps(seen))
