/*
 * golden_kit: bytes that never change, as files of data/golden.
 *
 *     golden_expect("message", &bytes);    // message.hex: hexadecimal, 32 bytes a line
 *     golden_name(&text, "seed", seed, sizeof seed);
 *     golden_text("draws", &text);         // draws.txt
 *
 * golden.py reads the same files by a description of each form, and fails where something of the
 * form is set in none of them. A form that is new, or a new member at its end: run the program with
 * EVENHAND_GOLDEN=write, which adds what is not there and changes nothing else.
 */
#ifndef TESTS_UNIT_GOLDEN_KIT_H
#define TESTS_UNIT_GOLDEN_KIT_H

#include <criterion/criterion.h>

#include <evenhand/base/base.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define GOLDEN_LINE 32

static inline void golden_print(FILE *file, const struct eh_bytes *bytes, bool hex)
{
    if (!hex)
        fwrite(bytes->data, 1, bytes->size, file);
    for (size_t i = 0; hex && i < bytes->size; i++)
        fprintf(file, "%02x%s", bytes->data[i],
                i % GOLDEN_LINE == GOLDEN_LINE - 1 || i == bytes->size - 1 ? "\n" : "");
}

static inline void golden_write(const char *path, const struct eh_bytes *bytes, bool hex)
{
    FILE *file = fopen(path, "wx");
    cr_assert(file || errno == EEXIST, "%s cannot be written", path);
    if (!file)
        return;
    golden_print(file, bytes, hex);
    fclose(file);
}

static inline void golden_read(const char *path, bool hex, struct eh_bytes *ret)
{
    FILE *file = fopen(path, "r");
    unsigned byte;
    cr_assert_not_null(file, "%s is not there", path);
    while (hex ? fscanf(file, "%2x", &byte) == 1 : (int)(byte = (unsigned)fgetc(file)) != EOF)
        eh_bytes_put_u8(ret, (uint8_t)byte);
    fclose(file);
}

static inline void golden_compare(const char *file, const struct eh_bytes *got, bool hex)
{
    EH_AUTO(eh_bytes) struct eh_bytes golden = EH_BYTES_INIT;
    const char *mode = getenv("EVENHAND_GOLDEN");
    char path[1024];
    size_t at = 0;
    cr_assert_not(got->failed);
    snprintf(path, sizeof path, TEST_DATA "/golden/%s", file);
    if (mode && strcmp(mode, "write") == 0)
        golden_write(path, got, hex);
    golden_read(path, hex, &golden);
    while (at < got->size && at < golden.size && got->data[at] == golden.data[at])
        at++;
    cr_expect(got->size == golden.size && at == golden.size,
              "%s: from byte %zu on it is not what builds before wrote: %zu bytes for %zu", file,
              at, got->size, golden.size);
}

static inline void golden_expect(const char *name, const struct eh_bytes *got)
{
    char file[128];
    snprintf(file, sizeof file, "%s.hex", name);
    golden_compare(file, got, true);
}

/* What is text already. */
static inline void golden_text(const char *name, const struct eh_bytes *got)
{
    char file[128];
    snprintf(file, sizeof file, "%s.txt", name);
    golden_compare(file, got, false);
}

/* A hash under a name, as a line. */
static inline void golden_name(struct eh_bytes *to, const char *name, const void *hash, size_t size)
{
    const uint8_t *bytes = hash;
    eh_bytes_put_text(to, "%s ", name);
    for (size_t i = 0; i < size; i++) {
        eh_bytes_put_u8(to, (uint8_t) "0123456789abcdef"[bytes[i] >> 4]);
        eh_bytes_put_u8(to, (uint8_t) "0123456789abcdef"[bytes[i] & 15]);
    }
    eh_bytes_put_text(to, "\n");
}

#endif
