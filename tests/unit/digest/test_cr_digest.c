/* Digests by the vectors of their standards: FIPS 180-4's examples and RFC 4231. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "cr_digest.h"
#include "cr_err.h"
#include "cr_hex.h"

static void assert_hex(const struct cr_digest *digest, const char *hex)
{
    char text[2 * CR_DIGEST_SIZE + 1] = {0};
    cr_hex_write(digest->octets, sizeof(digest->octets), text);
    text[strlen(hex)] = '\0'; /* RFC 4231's fifth is cut to 128 bits */
    assert_string_equal(text, hex);
}

static void test_sha256(void **state)
{
    static const struct {
        const char *text, *hex;
    } cases[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
        {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrl"
         "mno"
         "pqrsmnopqrstnopqrstu",
         "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
    };
    (void)state;
    for (size_t i = 0; i < CR_COUNT(cases); i++) {
        struct cr_slice text = cr_slice_of(cases[i].text);
        struct cr_digest digest;
        assert_int_equal(cr_digest_sha256(&text, 1, &digest), 0);
        assert_hex(&digest, cases[i].hex);
    }
}

static void test_sha256_of_a_million(void **state)
{
    (void)state;
    enum { MILLION = 1000 * 1000 };
    CR_AUTO_FREE char *text = malloc(MILLION);
    assert_non_null(text);
    memset(text, 'a', MILLION);
    struct cr_digest digest;
    assert_int_equal(cr_digest_sha256(&(struct cr_slice){text, MILLION}, 1, &digest), 0);
    assert_hex(&digest, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void test_parts_are_one_text(void **state)
{
    (void)state;
    const struct cr_slice parts[] = {{NULL, 0}, {"a", 1}, {"", 0}, {"bc", 2}};
    struct cr_digest digest;
    assert_int_equal(cr_digest_sha256(parts, CR_COUNT(parts), &digest), 0);
    assert_hex(&digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_int_equal(cr_digest_sha256(NULL, 0, &digest), 0);
    assert_hex(&digest, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

/* So many times the same octet, as RFC 4231 gives keys and data; {0}: none. */
struct run {
    unsigned char octet;
    size_t count;
};

static struct cr_slice fill(char *out, struct run run, const char *text)
{
    if (text)
        return cr_slice_of(text);
    memset(out, run.octet, run.count);
    return (struct cr_slice){out, run.count};
}

static void test_hmac_sha256(void **state)
{
    static const struct {
        struct run key, data;
        const char *key_text, *data_text, *hex;
    } cases[] = {
        {.key = {0x0b, 20},
         .data_text = "Hi There",
         .hex = "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
        {.key_text = "Jefe",
         .data_text = "what do ya want for nothing?",
         .hex = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
        {.key = {0xaa, 20},
         .data = {0xdd, 50},
         .hex = "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
        {.key_text = "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13"
                     "\x14\x15\x16\x17\x18\x19",
         .data = {0xcd, 50},
         .hex = "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
        {.key = {0x0c, 20},
         .data_text = "Test With Truncation",
         .hex = "a3b6167473100ee06e0c796c2955552b"},
        {.key = {0xaa, 131},
         .data_text = "Test Using Larger Than Block-Size Key - Hash Key First",
         .hex = "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
        {.key = {0xaa, 131},
         .data_text = "This is a test using a larger than block-size key and a larger than "
                      "block-size data. The key needs to be hashed before being used by the HMAC "
                      "algorithm.",
         .hex = "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
        /* Not RFC 4231's: neither key nor data; by `openssl dgst -sha256 -hmac ''`. */
        {.hex = "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"},
    };
    (void)state;
    for (size_t i = 0; i < CR_COUNT(cases); i++) {
        char key[256], data[256];
        struct cr_slice secret = fill(key, cases[i].key, cases[i].key_text);
        struct cr_slice text = fill(data, cases[i].data, cases[i].data_text);
        struct cr_digest digest;
        assert_int_equal(cr_digest_hmac_sha256(secret, text, &digest), 0);
        assert_hex(&digest, cases[i].hex);
    }
}

static void test_nothing_is_a_text(void **state)
{
    (void)state;
    const struct cr_slice nothing = {NULL, 0};
    struct cr_digest digest;
    assert_int_equal(cr_digest_hmac_sha256(nothing, nothing, &digest), 0);
    assert_hex(&digest, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
    assert_int_equal(
        cr_digest_hmac_sha256((struct cr_slice){"", (size_t)INT32_MAX + 1}, nothing, &digest),
        CR_ELIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sha256),
        cmocka_unit_test(test_sha256_of_a_million),
        cmocka_unit_test(test_parts_are_one_text),
        cmocka_unit_test(test_hmac_sha256),
        cmocka_unit_test(test_nothing_is_a_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
