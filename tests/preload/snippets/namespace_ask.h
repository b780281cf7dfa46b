/* SPDX-License-Identifier: Apache-2.0 */
/* The plugin of namespace.c. */
#pragma once

#include <stddef.h>

/* A request to AWS by this name space's libc. 0: answered; else said tells what went wrong. */
typedef int ask_fn(char *said, size_t size);
ask_fn ask_there;
