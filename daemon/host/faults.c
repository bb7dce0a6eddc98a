/* faults: see faults.h. This file is compiled only with the build's option `faults`. */
#include "host/faults.h"

#include <stdlib.h>

void eh_fault_decoder(struct eh_str body)
{
    const char *text = getenv("EVENHAND_ABORT_ON");
    size_t size = text ? strlen(text) : 0;
    if (size > 0 && body.size >= size && memmem(body.data, body.size, text, size))
        abort();
}
