/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* What every target defines: takes any bytes, and dies if something that always holds does not. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What a target may define that has something to prepare for libFuzzer alone. */
int LLVMFuzzerInitialize(int *argc, char ***argv);
