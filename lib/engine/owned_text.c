/*
 * owned_text: a text that its owner keeps in memory of its own.
 */
#include "owned_text.h"

#include <stdlib.h>

int eh_owned_text_set(char **text, uint32_t *size, struct eh_str to)
{
    char *copy = NULL;
    if (to.size) {
        copy = malloc(to.size);
        if (!copy)
            return -EH_ENOMEM;
        memcpy(copy, to.data, to.size);
    }
    free(*text);
    *text = copy;
    *size = to.size;
    return 0;
}
