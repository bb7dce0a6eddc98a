/*
 * replay: runs a fuzz target without libFuzzer, as an ordinary test: every file of its corpus, then
 * seeded mutations of them. EVENHAND_SEED=N runs the same mutations again, EVENHAND_MUTANTS=N more
 * of them.
 *
 *     fuzz-msgpack tests/fuzz/corpus/msgpack
 *     fuzz-msgpack crash-0a1b2c          // one input alone
 */
#include "fuzz.h"

#include "../property/seed.h"

#include <dirent.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#define FILES_MAX       1024
#define MUTANTS_DEFAULT 50000

struct file {
    uint8_t *data;
    size_t size;
};

struct corpus {
    struct file files[FILES_MAX];
    size_t count;
};

static int read_file(const char *path, struct file *ret)
{
    FILE *stream = fopen(path, "rb");
    uint8_t *data = malloc(FUZZ_INPUT_MAX);
    if (!stream || !data) {
        if (stream)
            fclose(stream);
        free(data);
        return -1;
    }
    *ret = (struct file){data, fread(data, 1, FUZZ_INPUT_MAX, stream)};
    fclose(stream);
    return 0;
}

static int read_file_in(const char *folder, const char *name, struct file *ret)
{
    char path[4096];
    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
        return -1;
    return read_file(path, ret);
}

/* In the order of their names, so that a seed means the same everywhere. */
static int read_corpus(const char *folder, struct corpus *ret)
{
    struct dirent **names;
    int count = scandir(folder, &names, NULL, alphasort), failed = count < 0;
    for (int i = 0; i < count; i++) {
        if (names[i]->d_name[0] != '.' && ret->count < FILES_MAX && !failed) {
            failed = read_file_in(folder, names[i]->d_name, &ret->files[ret->count]) < 0;
            ret->count += !failed;
        }
        free(names[i]);
    }
    if (count >= 0)
        free(names);
    return failed || ret->count == 0 ? -1 : 0;
}

/* In memory of exactly its size: reading past the end shows under the sanitizer. */
static void run_exact(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);
    if (!copy)
        abort();
    memcpy(copy, data, size);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static size_t mutate_once(struct seed *seed, uint8_t *data, size_t size,
                          const struct corpus *corpus)
{
    size_t at = size ? seed_below(seed, size) : 0;
    const struct file *other = &corpus->files[seed_below(seed, corpus->count)];
    size_t from, length;
    switch (seed_below(seed, 6)) {
    case 0: /* another byte */
        if (size > 0)
            data[at] = (uint8_t)seed_next(seed);
        return size;
    case 1: /* another bit */
        if (size > 0)
            data[at] ^= (uint8_t)(1u << seed_below(seed, 8));
        return size;
    case 2: /* cut */
        return at;
    case 3: /* one less */
        if (size > 0)
            memmove(data + at, data + at + 1, size - at - 1);
        return size ? size - 1 : 0;
    case 4: /* one more */
        if (size == FUZZ_INPUT_MAX)
            return size;
        memmove(data + at + 1, data + at, size - at);
        data[at] = (uint8_t)seed_next(seed);
        return size + 1;
    default: /* on with a piece of another file */
        if (other->size == 0)
            return size;
        from = seed_below(seed, other->size);
        length = other->size - from;
        if (length > FUZZ_INPUT_MAX - at)
            length = FUZZ_INPUT_MAX - at;
        memcpy(data + at, other->data + from, length);
        return at + length;
    }
}

static void run_mutants(struct seed *seed, const struct corpus *corpus, unsigned long count)
{
    static uint8_t data[FUZZ_INPUT_MAX];
    for (unsigned long i = 0; i < count; i++) {
        const struct file *file = &corpus->files[seed_below(seed, corpus->count)];
        size_t size = file->size;
        memcpy(data, file->data, size);
        for (uint64_t left = 1 + seed_below(seed, 5); left > 0; left--)
            size = mutate_once(seed, data, size, corpus);
        run_exact(data, size);
    }
}

/* One file alone, as libFuzzer leaves it behind. */
static int replay_file(const char *path)
{
    struct file file;
    printf("TAP version 13\n1..1\n");
    if (read_file(path, &file) < 0) {
        printf("Bail out! %s cannot be read\n", path);
        return 1;
    }
    fflush(NULL);
    run_exact(file.data, file.size);
    free(file.data);
    printf("ok 1 - %s\n", path);
    return 0;
}

static int replay_corpus(const char *path)
{
    static struct corpus corpus;
    const char *wish = getenv("EVENHAND_MUTANTS");
    unsigned long mutants = wish ? strtoul(wish, NULL, 10) : MUTANTS_DEFAULT;
    printf("TAP version 13\n1..2\n");
    if (read_corpus(path, &corpus) < 0) {
        printf("Bail out! %s cannot be read\n", path);
        return 1;
    }
    struct seed seed = seed_start();
    fflush(NULL);
    for (size_t i = 0; i < corpus.count; i++)
        run_exact(corpus.files[i].data, corpus.files[i].size);
    printf("ok 1 - %zu files of the corpus\n", corpus.count);
    fflush(NULL);
    run_mutants(&seed, &corpus, mutants);
    printf("ok 2 - %lu mutants\n", mutants);
    for (size_t i = 0; i < corpus.count; i++)
        free(corpus.files[i].data);
    return 0;
}

int main(int count, char **arguments)
{
    struct stat status;
    if (count != 2) {
        fprintf(stderr, "usage: %s CORPUS|FILE\n", arguments[0]);
        return 2;
    }
    bool is_file = stat(arguments[1], &status) == 0 && S_ISREG(status.st_mode);
    return is_file ? replay_file(arguments[1]) : replay_corpus(arguments[1]);
}
