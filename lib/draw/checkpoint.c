/* checkpoint: writes and reads lines of the file of checkpoints. See checkpoint.h. */
#include <evenhand/base/hex.h>
#include <evenhand/draw/checkpoint.h>

size_t eh_checkpoint_print(const struct eh_checkpoint *checkpoint, char ret[EH_CHECKPOINT_LINE_MAX])
{
    uint8_t digest[16];
    char *end = ret + eh_format(ret, EH_CHECKPOINT_LINE_MAX, "%llu ",
                                (unsigned long long)checkpoint->input);
    eh_key_bytes(checkpoint->digest, digest);
    end += eh_hex_print(digest, sizeof digest, end);
    *end++ = ' ';
    end += eh_hex_print(checkpoint->chain.hash, sizeof checkpoint->chain.hash, end);
    *end++ = '\n';
    *end = 0;
    return (size_t)(end - ret);
}

/* These functions read a part from the beginning of a line and move behind it. They tell whether
 * the part is whole, is cut off by the end of the line, or is foreign. */

static enum eh_checkpoint_line read_number(struct eh_str *line, uint64_t *ret)
{
    uint32_t size = 0;
    int64_t number = 0;
    while (size < line->size && line->data[size] >= '0' && line->data[size] <= '9')
        size++;
    if (size == line->size && size < 20)
        return EH_CHECKPOINT_TORN;
    if (size == line->size || line->data[size] != ' ' ||
        eh_integer_parse(eh_str_n(line->data, size), &number, NULL) < 0 || number <= 0)
        return EH_CHECKPOINT_FOREIGN;
    *ret = (uint64_t)number;
    *line = eh_str_n(line->data + size + 1, line->size - size - 1);
    return EH_CHECKPOINT_WHOLE;
}

static enum eh_checkpoint_line read_hex(struct eh_str *line, uint8_t *ret, size_t size)
{
    size_t digits = eh_hex_read(*line, ret, size);
    if (digits < 2 * size)
        return digits == line->size ? EH_CHECKPOINT_TORN : EH_CHECKPOINT_FOREIGN;
    *line = eh_str_n(line->data + 2 * size, line->size - 2 * size);
    return EH_CHECKPOINT_WHOLE;
}

static enum eh_checkpoint_line read_space(struct eh_str *line)
{
    if (line->size == 0)
        return EH_CHECKPOINT_TORN;
    if (line->data[0] != ' ')
        return EH_CHECKPOINT_FOREIGN;
    *line = eh_str_n(line->data + 1, line->size - 1);
    return EH_CHECKPOINT_WHOLE;
}

enum eh_checkpoint_line eh_checkpoint_read(struct eh_str line, struct eh_checkpoint *ret)
{
    struct eh_checkpoint read = {0};
    uint8_t digest[16] = {0};
    while (line.size > 0 && line.data[line.size - 1] == 0)
        line.size--; /* a block that never reached the disk reads as zeros */
    enum eh_checkpoint_line r = read_number(&line, &read.input);
    if (r == EH_CHECKPOINT_WHOLE)
        r = read_hex(&line, digest, sizeof digest);
    if (r == EH_CHECKPOINT_WHOLE)
        r = read_space(&line);
    if (r == EH_CHECKPOINT_WHOLE)
        r = read_hex(&line, read.chain.hash, sizeof read.chain.hash);
    if (r == EH_CHECKPOINT_WHOLE && line.size > 0)
        r = EH_CHECKPOINT_FOREIGN;
    if (r == EH_CHECKPOINT_WHOLE) {
        read.digest = eh_key_from_bytes(digest);
        *ret = read;
    }
    return r;
}
