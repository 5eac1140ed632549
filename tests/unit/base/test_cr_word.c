/* Marks in a word: for every octet at every place, beside octets at the edges. */
#include "cr_word.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <cmocka.h>

#include "cr_attr.h"

enum { OCTETS = 8 };

/* What every word is asked, beside what its octets are asked one by one. */
static void check(const unsigned char text[OCTETS])
{
    static const unsigned char limits[] = {1, ' ', '!', 0x7f, 0x80},
                               sought[] = {0, '"', 0x7f, 0xff};
    uint64_t word = cr_word_load((const char *)text);
    bool high = false;
    for (size_t at = 0; at < OCTETS; at++)
        high |= text[at] >= 0x80;
    assert_int_equal(cr_word_high(word) != 0, high);
    for (size_t i = 0; i < CR_COUNT(limits); i++) {
        bool below = false;
        for (size_t at = 0; at < OCTETS; at++)
            below |= text[at] < limits[i];
        assert_int_equal(cr_word_below(word, limits[i]) != 0, below);
    }
    for (size_t i = 0; i < CR_COUNT(sought); i++) {
        bool there = false;
        for (size_t at = 0; at < OCTETS; at++)
            there |= text[at] == sought[i];
        assert_int_equal(cr_word_equal(word, sought[i]) != 0, there);
    }
}

static void test_every_octet_at_every_place(void **state)
{
    static const unsigned char others[] = {'a', 0, 1, ' ', '!', '"', 0x7e, 0x7f, 0x80, 0x81, 0xff};
    unsigned char text[OCTETS];
    (void)state;
    for (size_t other = 0; other < CR_COUNT(others); other++)
        for (size_t at = 0; at < OCTETS; at++)
            for (unsigned octet = 0; octet < 256; octet++) {
                memset(text, others[other], sizeof text);
                text[at] = (unsigned char)octet;
                check(text);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_octet_at_every_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
