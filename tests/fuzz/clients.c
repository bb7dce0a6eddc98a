/*
 * fuzz/clients: an input is a script of what four clients of the admin socket do, and when what
 * their answers wait for comes: three bytes a step (verb, client, value; admin_lives.h).
 *
 * Whatever the script, the answers are HTTP, and in the end nothing is left behind.
 */
#include "../unit/admin_lives.h"
#include "fuzz.h"

#define STEP_BYTES 3
#define STEPS_MAX  256

static struct lives l;
static bool begun;

static void end(void)
{
    lives_end(&l);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!begun) {
        lives_begin(&l);
        atexit(end);
        begun = true;
    }
    for (size_t i = 0; i + STEP_BYTES <= size && i < STEPS_MAX * STEP_BYTES; i += STEP_BYTES)
        lives_step(&l, (struct lives_step){data[i], data[i + 1], data[i + 2]});
    lives_over(&l);
    return 0;
}
