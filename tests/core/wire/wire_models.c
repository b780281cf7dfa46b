/* SPDX-License-Identifier: Apache-2.0 */
#include "wire_models.h"

#include "gen/dynamodb.h"
#include "gen/iam.h"
#include "gen/organizations.h"
#include "gen/s3.h"
#include "gen/sts.h"
#include "toy_ec2.h"
#include "toy_json.h"
#include "toy_rest.h"

const struct awi_model *const wire_models[] = {&sts_model,
                                               &organizations_model,
                                               &iam_model,
                                               &s3_model,
                                               &dynamodb_model,
                                               &toy_ec2_model,
                                               &toy_json_model,
                                               &toy_rest_model};
const size_t wire_n_models = sizeof(wire_models) / sizeof(wire_models[0]);
