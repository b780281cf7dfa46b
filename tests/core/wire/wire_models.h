/* SPDX-License-Identifier: Apache-2.0 */
/* The models that wire tests run over: the services' own, and a made-up one for what these lack. */
#pragma once

#include "core/shape/shape.h"

extern const struct awi_model *const wire_models[];
extern const size_t wire_n_models;
