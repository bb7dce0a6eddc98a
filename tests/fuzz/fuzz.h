/*
 * fuzz: what every target offers to libFuzzer and to replay.c. A target never fails politely: it
 * ends the process (eh_require) when something holds that must not.
 *
 *     int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
 *     {
 *         eh_require(parse(data, size) <= 0);
 *         return 0;
 *     }
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#define FUZZ_INPUT_MAX 131072 /* bytes of a corpus file or of what is made of it */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
