/* kept: a hash table of answers, and the order in which they came. */
#include "web/ask/kept.h"

#include <stdlib.h>

#include "host/clock.h"

#define BUCKETS 1024

struct eh_kept_answers {
    struct eh_kept *buckets[BUCKETS];
    struct eh_kept *oldest, *youngest;
    unsigned count;
    size_t bytes;
};

int eh_kept_new(struct eh_kept_answers **ret)
{
    struct eh_kept_answers *kept = calloc(1, sizeof *kept);
    if (kept)
        *ret = kept;
    return kept ? 0 : -EH_ENOMEM;
}

/* FNV-1a. */
static struct eh_kept **bucket_of(struct eh_kept_answers *kept, const char *key)
{
    uint32_t hash = 2166136261u;
    for (; *key; key++)
        hash = (hash ^ (unsigned char)*key) * 16777619u;
    return &kept->buckets[hash % BUCKETS];
}

static char *key_of(const char *person, const char *target)
{
    size_t size = strlen(person) + strlen(target) + 2;
    char *key = malloc(size);
    if (key)
        eh_format(key, size, "%s\n%s", person, target);
    return key;
}

void eh_kept_drop(struct eh_kept_answers *kept, struct eh_kept *one)
{
    struct eh_kept **link = bucket_of(kept, one->key);
    while (*link != one)
        link = &(*link)->next;
    *link = one->next;
    *(one->older ? &one->older->younger : &kept->oldest) = one->younger;
    *(one->younger ? &one->younger->older : &kept->youngest) = one->older;
    kept->count--;
    kept->bytes -= one->size;
    for (struct eh_kept_waiter *waiter; (waiter = one->waiters);) {
        one->waiters = waiter->next;
        free(waiter);
    }
    json_decref(one->answer.body);
    free((char *)one->answer.why);
    free(one->key);
    free(one);
}

static bool is_due(const struct eh_kept *one)
{
    return one->due_us <= eh_clock_monotonic_us();
}

struct eh_kept *eh_kept_find(struct eh_kept_answers *kept, const char *person, const char *target)
{
    char *key = key_of(person, target);
    struct eh_kept *one = key ? *bucket_of(kept, key) : NULL;
    while (one && (one->over || strcmp(one->key, key) != 0))
        one = one->next;
    free(key);
    if (one && one->there && one->stale && is_due(one)) {
        eh_kept_drop(kept, one);
        return NULL;
    }
    return one;
}

/* Drops the oldest that is there, but never `but`. False: there is none. */
static bool drop_oldest(struct eh_kept_answers *kept, const struct eh_kept *but)
{
    struct eh_kept *one = kept->oldest;
    while (one && (!one->there || one == but))
        one = one->younger;
    if (one)
        eh_kept_drop(kept, one);
    return one != NULL;
}

struct eh_kept *eh_kept_add(struct eh_kept_answers *kept, const char *person, const char *target)
{
    if (kept->count == EH_ANSWERS_MAX && !drop_oldest(kept, NULL))
        return NULL;
    struct eh_kept *one = calloc(1, sizeof *one);
    if (one)
        one->key = key_of(person, target);
    if (!one || !one->key) {
        free(one);
        return NULL;
    }
    struct eh_kept **bucket = bucket_of(kept, one->key);
    one->next = *bucket;
    *bucket = one;
    one->older = kept->youngest;
    *(kept->youngest ? &kept->youngest->younger : &kept->oldest) = one;
    kept->youngest = one;
    kept->count++;
    return one;
}

void eh_kept_weigh(struct eh_kept_answers *kept, struct eh_kept *one, size_t size)
{
    one->there = true;
    one->size = size;
    kept->bytes += size;
    while (kept->bytes > EH_ANSWERS_BYTES_MAX && drop_oldest(kept, one))
        continue;
}

static bool is_of(const struct eh_kept *one, const char *person)
{
    size_t size = strlen(person);
    return strncmp(one->key, person, size) == 0 && one->key[size] == '\n';
}

void eh_kept_forget(struct eh_kept_answers *kept, const char *person)
{
    for (struct eh_kept *one = kept->oldest, *next; one; one = next) {
        next = one->younger;
        if (person && !is_of(one, person))
            continue;
        one->over = true;
        if (one->there)
            eh_kept_drop(kept, one);
    }
}

void eh_kept_age(struct eh_kept_answers *kept, const char *person)
{
    for (struct eh_kept *one = kept->oldest, *next; one; one = next) {
        next = one->younger;
        if (person && !is_of(one, person))
            continue;
        if (one->dear && (!one->there || !is_due(one))) {
            one->stale = true;
            continue;
        }
        one->over = true;
        if (one->there)
            eh_kept_drop(kept, one);
    }
}

void eh_kept_free(struct eh_kept_answers *kept)
{
    while (kept && kept->oldest)
        eh_kept_drop(kept, kept->oldest);
    free(kept);
}

size_t eh_kept_bytes(const struct eh_kept_answers *kept)
{
    return kept->bytes;
}

unsigned eh_kept_count(const struct eh_kept_answers *kept)
{
    return kept->count;
}
