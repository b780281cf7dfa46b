/* SPDX-License-Identifier: Apache-2.0 */
/* Time taken by each of many repetitions: kept, sorted, and printed as microseconds. */
#pragma once

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static inline int64_t now_ns(void)
{
    struct timespec at;

    clock_gettime(CLOCK_MONOTONIC, &at);
    return (int64_t)at.tv_sec * 1000000000 + at.tv_nsec;
}

static inline int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

/* Prints "median p90" in microseconds. */
static inline void print_times(int64_t *times, size_t n)
{
    qsort(times, n, sizeof(*times), by_value);
    printf("%.2f %.2f\n", (double)times[n / 2] / 1e3, (double)times[n * 9 / 10] / 1e3);
}
