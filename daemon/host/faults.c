/* faults: see faults.h. This file is compiled only with the build's option `faults`. */
#include "host/faults.h"

#include <stdlib.h>
#include <unistd.h>

/* Whether the body holds the text that the variable names. */
static bool body_has(const char *variable, struct eh_str body)
{
    const char *text = getenv(variable);
    size_t size = text ? strlen(text) : 0;
    return size > 0 && body.size >= size && memmem(body.data, body.size, text, size);
}

void eh_fault_decoder(struct eh_str body)
{
    if (body_has("EVENHAND_ABORT_ON", body))
        abort();
    while (body_has("EVENHAND_HANG_ON", body))
        pause();
}

static void wait_as(const char *variable)
{
    const char *text = getenv(variable);
    int64_t ms = 0;
    if (text && eh_integer_parse(eh_str(text), &ms, NULL) == 0 && ms > 0)
        usleep((useconds_t)(ms * 1000));
}

void eh_fault_disk(void)
{
    wait_as("EVENHAND_DISK_MS");
}

void eh_fault_lookup(void)
{
    wait_as("EVENHAND_LOOKUP_MS");
}
