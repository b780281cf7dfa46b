/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the static libraries name and we never need. Debian's libxml2 converts exotic encodings by
 * ICU, which weighs 30 MB; AWS speaks UTF-8, so a document in another encoding is refused.
 */
#include <stddef.h>

#define U_UNSUPPORTED_ERROR 16

/* ICU's names carry its version. */
#define ICU(name) name##_72

void *ICU(ucnv_open)(const char *name, int *error);
void ICU(ucnv_close)(void *converter);
void ICU(ucnv_convertEx)(void *to, void *from, char **target, const char *target_limit, ...);
void ICU(ucnv_setFromUCallBack)(void *converter, ...);
void ICU(ucnv_setToUCallBack)(void *converter, ...);
void ICU(UCNV_FROM_U_CALLBACK_STOP)(void);
void ICU(UCNV_TO_U_CALLBACK_STOP)(void);

void *ICU(ucnv_open)(const char *name, int *error)
{
    (void)name;
    *error = U_UNSUPPORTED_ERROR;
    return NULL;
}

void ICU(ucnv_close)(void *converter)
{
    (void)converter;
}

/* Without a converter none of these is reached. */
void ICU(ucnv_convertEx)(void *to, void *from, char **target, const char *target_limit, ...)
{
    (void)to;
    (void)from;
    (void)target;
    (void)target_limit;
}

void ICU(ucnv_setFromUCallBack)(void *converter, ...)
{
    (void)converter;
}

void ICU(ucnv_setToUCallBack)(void *converter, ...)
{
    (void)converter;
}

void ICU(UCNV_FROM_U_CALLBACK_STOP)(void)
{
}

void ICU(UCNV_TO_U_CALLBACK_STOP)(void)
{
}
