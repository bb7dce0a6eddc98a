/* keys: the desk's master key and the seed of the draw epoch in use. See keys.h. */
#include "lead/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/log.h"

/* Writes the key into a new file. */
static int key_write(const struct eh_keys *keys, const char *path, struct eh_error *error)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return eh_error_set(error, EH_EUNAVAILABLE, "%s: cannot be made: %s", path,
                            strerror(errno));
    bool written = write(fd, keys->master, sizeof keys->master) == (ssize_t)sizeof keys->master &&
                   fsync(fd) == 0;
    if (close(fd) != 0 || !written) {
        unlink(path);
        return eh_error_set(error, EH_EUNAVAILABLE, "%s: cannot be written", path);
    }
    return 0;
}

int eh_keys_make(struct eh_keys *keys, const char *path, struct eh_error *error)
{
    if (getrandom(keys->master, sizeof keys->master, 0) != (ssize_t)sizeof keys->master)
        return eh_error_set(error, EH_EUNAVAILABLE, "%s: the kernel gives no random bytes", path);
    int r = key_write(keys, path, error);
    if (r == 0)
        keys->absent = keys->derived = false;
    return r;
}

int eh_keys_load(struct eh_keys *keys, const char *path, struct eh_error *error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    keys->absent = fd < 0 && errno == ENOENT;
    if (keys->absent)
        return 0;
    if (fd < 0)
        return eh_error_set(error, EH_EDENIED, "%s: %s", path, strerror(errno));
    struct stat st;
    uint8_t bytes[EH_SEED_BYTES + 1];
    int r = 0;
    if (fstat(fd, &st) != 0 || (st.st_mode & 077) != 0)
        r = eh_error_set(error, EH_EDENIED, "%s: others may read it; chmod 600", path);
    else if (read(fd, bytes, sizeof bytes) != EH_SEED_BYTES)
        r = eh_error_set(error, EH_EPARSE, "%s: is not a key of 32 bytes", path);
    else
        memcpy(keys->master, bytes, EH_SEED_BYTES);
    explicit_bzero(bytes, sizeof bytes);
    close(fd);
    return r;
}

int eh_keys_look(const struct eh_keys *keys, const char *path, struct eh_error *error)
{
    struct eh_keys now = {0};
    struct eh_error why = {0};
    int r = eh_keys_load(&now, path, &why);
    if (r == 0 && now.absent) {
        r = key_write(keys, path, &why);
        if (r == 0)
            eh_log(EH_LOG_WARNING, "key_file %s: was gone, and is written again", path);
    } else if (r == 0 && memcmp(now.master, keys->master, sizeof now.master) != 0) {
        r = eh_error_set(&why, EH_ECONFLICT, "%s: is another key than the one in use", path);
    }
    explicit_bzero(&now, sizeof now);
    if (r < 0)
        return eh_error_set(
            error, -r, "key_file %s; put the right file back before evenhandd restarts", why.text);
    return 0;
}

void eh_keys_done(struct eh_keys *keys)
{
    explicit_bzero(keys, sizeof *keys);
}

bool eh_keys_draw(void *context, const struct eh_draw_query *query, uint64_t *ret_result)
{
    struct eh_keys *keys = context;
    if (!keys->derived || keys->epoch != query->epoch) {
        eh_seed_derive(keys->master, query->epoch, keys->seed);
        keys->epoch = query->epoch;
        keys->derived = true;
    }
    *ret_result = eh_draw_compute(keys->seed, query);
    return true;
}

/* ---- Epochs. */

static void commitment_of(const struct eh_keys *keys, uint32_t epoch, uint8_t ret[EH_SEED_BYTES])
{
    uint8_t seed[EH_SEED_BYTES];
    eh_seed_derive(keys->master, epoch, seed);
    eh_seed_commit(seed, ret);
    explicit_bzero(seed, sizeof seed);
}

static void set(struct eh_message *m, enum eh_field field, struct eh_str *to, const uint8_t *bytes)
{
    *to = eh_str_n((const char *)bytes, EH_SEED_BYTES);
    m->has |= EH_FIELD_BIT(field);
}

int eh_keys_turn(const struct eh_keys *keys, const struct eh_totals *now, struct eh_arena *arena,
                 struct eh_message *m)
{
    uint8_t *next = eh_arena_alloc(arena, EH_SEED_BYTES);
    uint8_t *other = eh_arena_alloc(arena, EH_SEED_BYTES);
    if (!next || !other)
        return -EH_ENOMEM;
    uint32_t begins = now->has_day ? now->epoch + 1 : 0;
    commitment_of(keys, begins + 1, next);
    set(m, EH_FIELD_COMMITMENT, &m->commitment, next);
    if (now->committed) {
        eh_seed_derive(keys->master, now->epoch, other);
        set(m, EH_FIELD_SEED, &m->seed, other);
    } else {
        commitment_of(keys, begins, other);
        set(m, EH_FIELD_COMMITMENT_FIRST, &m->commitment_first, other);
    }
    return 0;
}

int eh_keys_replace(const struct eh_keys *keys, const struct eh_totals *now, struct eh_arena *arena,
                    struct eh_message *m)
{
    uint8_t *first = eh_arena_alloc(arena, EH_SEED_BYTES);
    uint8_t *next = eh_arena_alloc(arena, EH_SEED_BYTES);
    if (!first || !next)
        return -EH_ENOMEM;
    commitment_of(keys, now->epoch + 2, first); /* the current one and the next are lost */
    commitment_of(keys, now->epoch + 3, next);
    set(m, EH_FIELD_COMMITMENT_FIRST, &m->commitment_first, first);
    set(m, EH_FIELD_COMMITMENT, &m->commitment, next);
    return 0;
}

int eh_keys_check(const struct eh_keys *keys, const struct eh_totals *totals, const char *path,
                  struct eh_error *error)
{
    if (keys->absent && totals->committed)
        return eh_error_set(error, EH_ENOTFOUND,
                            "key_file %s: is missing, and draw epoch %u is committed under it; put "
                            "it back from a copy; if there is none, --new-key goes on without the "
                            "proof of its draws (man evenhandd, A LOST KEY)",
                            path, totals->epoch);
    for (uint32_t i = 0; totals->committed && i < 2; i++) {
        uint8_t commitment[EH_SEED_BYTES];
        commitment_of(keys, totals->epoch + i, commitment);
        if (memcmp(commitment, totals->commitment[i], sizeof commitment) != 0)
            return eh_error_set(error, EH_ECONFLICT,
                                "key_file %s: is not the key of this desk: the seed it gives draw "
                                "epoch %u does not hash to the commitment in the log; put the key "
                                "file that made it back (or see A LOST KEY in man evenhandd)",
                                path, totals->epoch + i);
    }
    return 0;
}
