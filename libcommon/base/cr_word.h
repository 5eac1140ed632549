/* cr_word: eight octets of text looked at in one word.
 *
 * cr_word_below and cr_word_equal mark octets by their high bit: the result is not zero if and only
 * if there is such an octet. A mark may also stand behind the right one, never in a word without
 * one, so a result says whether, not where.
 *
 * Threads: pure.
 * Source:  "Bit Twiddling Hacks", haszero and hasless.
 */
#ifndef CR_WORD_H
#define CR_WORD_H

#include <stdint.h>
#include <string.h>

#define CR_WORD_ONES  UINT64_C(0x0101010101010101)
#define CR_WORD_HIGHS (CR_WORD_ONES << 7)

static inline uint64_t cr_word_load(const char *text)
{
    uint64_t word;
    memcpy(&word, text, sizeof word);
    return word;
}

/* Octets below limit, which is at most 128: "x - limit" borrows into the high bit. Octets from 0x80
 * on, whose high bit is set before, are masked out. */
static inline uint64_t cr_word_below(uint64_t word, unsigned char limit)
{
    return (word - CR_WORD_ONES * limit) & ~word & CR_WORD_HIGHS;
}

/* Octets that are this one: XOR makes them zero. */
static inline uint64_t cr_word_equal(uint64_t word, unsigned char octet)
{
    return cr_word_below(word ^ CR_WORD_ONES * octet, 1);
}

/* Octets from 0x80 on. */
static inline uint64_t cr_word_high(uint64_t word)
{
    return word & CR_WORD_HIGHS;
}

#endif
