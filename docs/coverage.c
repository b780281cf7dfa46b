/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prints the coverage table: for each emulated service the operations of AWS's model, and which of
 * them are answered. Run by the build (docs/coverage.md in the build directory).
 */
#include "core/service.h"

#include <stdio.h>

/* The handlers struct of a service is one pointer an operation, in the order of its model. */
static bool has_handler(const struct awi_service *service, const struct awi_operation *op)
{
    void *slot;

    memcpy(&slot, (const char *)service->handlers + op->index * sizeof(slot), sizeof(slot));
    return slot != NULL;
}

/* What is deprecated may have a successor that is called by the same request, and answers it. */
static bool is_answered(const struct awi_service *service, const struct awi_operation *op)
{
    bool answered = has_handler(service, op);

    for (size_t i = 0;
         !answered && (op->flags & AWI_OP_DEPRECATED) && i < service->model->n_operations;
         i++) {
        const struct awi_operation *other = &service->model->operations[i];

        answered = awi_str_eq(op->method, other->method) && awi_str_eq(op->uri, other->uri) &&
                   has_handler(service, other);
    }
    return answered;
}

static size_t count_others(const struct awi_service *service)
{
    struct awi_str names = awi_str_from(service->model->other_names), name;
    size_t n = 0;

    while (awi_str_cut(&names, '\n', &name)) {
        n += name.len > 0;
    }
    return n;
}

static size_t count(const struct awi_service *service)
{
    size_t n = 0;

    for (size_t i = 0; i < service->model->n_operations; i++) {
        n += is_answered(service, &service->model->operations[i]);
    }
    return n;
}

static void list(const struct awi_service *service, bool answered)
{
    const char *before = "";

    for (size_t i = 0; i < service->model->n_operations; i++) {
        const struct awi_operation *op = &service->model->operations[i];
        if (is_answered(service, op) == answered) {
            printf("%s%.*s", before, AWI_STR_FMT(op->name));
            before = ", ";
        }
    }
    struct awi_str names = answered ? AWI_STR_NULL : awi_str_from(service->model->other_names);
    for (struct awi_str name; awi_str_cut(&names, '\n', &name) && name.len;) {
        printf("%s%.*s", before, AWI_STR_FMT(name));
        before = ", ";
    }
    printf("%s\n\n", *before ? "." : "none.");
}

int main(void)
{
    printf(
        "# Coverage\n\n"
        "Every operation that is not listed as answered, and every other AWS service, is refused "
        "in the\ncaller's protocol with 501 NotImplemented, naming itself.\n\n"
        "| service | answered | of |\n|---|---|---|\n");
    for (const struct awi_service *const *at = awi_services; *at; at++) {
        printf("| %.*s | %zu | %zu |\n",
               AWI_STR_FMT((*at)->model->service_id),
               count(*at),
               (*at)->model->n_operations + count_others(*at));
    }
    printf("\n");
    for (const struct awi_service *const *at = awi_services; *at; at++) {
        printf("## %.*s\n\nAnswered: ", AWI_STR_FMT((*at)->model->service_id));
        list(*at, true);
        printf("Not implemented: ");
        list(*at, false);
    }
    return 0;
}
