/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Identity and Access Management: which operations there are (operations.def). An operation that is
 * not there answers NotImplemented.
 */
#include "services/iam/iam.h"

const struct iam_handlers iam_handlers = {
#define IAM_ANSWERS(function, Operation)       .Operation = iam_##function,
#define IAM_OTHER(function, Operation, Answer) .Operation = iam_##function,
#define IAM_SILENT(function, Operation)        .Operation = iam_##function,
#define IAM_ASKS_NOTHING(function, Operation)  .Operation = iam_##function,
#define IAM_MUTE(function, Operation)          .Operation = iam_##function,
#include "services/iam/operations.def"
};

const struct awi_service awi_service_iam = {
    .model = &iam_model,
    .handlers = &iam_handlers,
    .access = iam_access,
};
