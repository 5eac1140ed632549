/* A registry's documents, put together from their pieces. */
#include "wire_fixture.h"

/* What an instance is told apart by here. */
static struct cr_wire_instance small(const char *id)
{
    struct cr_wire_instance instance = cr_wire_instance_default(7);
    instance.instance_id = cr_slice_of(id);
    instance.app = CR_SLICE("A");
    instance.data_center = CR_WIRE_MY_OWN;
    return instance;
}

static void put(struct cr_buf *out, enum cr_wire_form form, enum cr_wire_place place)
{
    struct cr_wire_instance one = small("1");
    struct cr_wire_instance two = small("2");
    enum cr_wire_place inside =
        place == CR_WIRE_ALONE ? CR_WIRE_IN_APPLICATION : CR_WIRE_IN_APPLICATIONS;
    cr_wire_application_begin(form, place, CR_SLICE("A"), out);
    cr_wire_instance_write_form(&one, form, inside, out);
    cr_buf_text(out, cr_wire_separator(form));
    cr_wire_instance_write_form(&two, form, inside, out);
    cr_wire_application_end(form, place, out);
}

static const struct cr_wire_applications head = {3, {"UP_2_", 5}};

static void put_all(struct cr_buf *out, enum cr_wire_form form)
{
    cr_wire_applications_begin(form, &head, out);
    put(out, form, CR_WIRE_IN_APPLICATIONS);
    cr_wire_applications_end(form, &head, out);
}

/* The text without what stands between two marks, the marks kept, each time. */
static void cut(struct cr_buf *text, const char *from, const char *to)
{
    for (char *at = strstr(text->data, from); at; at = strstr(at + strlen(from), from)) {
        char *end = strstr(at, to);
        assert_non_null(end);
        memmove(at + strlen(from), end, strlen(end) + 1);
    }
}

static void assert_cut(struct cr_buf *out, const char *from, const char *to, const char *text)
{
    cut(out, from, to);
    assert_string_equal(out->data, text);
}

#define CENTER_JSON                                                                                \
    "\"dataCenterInfo\":{\"@class\":\"com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo\","   \
    "\"name\":\"MyOwn\"}"

static void test_json(void **state)
{
    (void)state;
    CR_AUTO(cr_buf) out = {0};
    put_all(&out, CR_WIRE_JSON);
    assert_cut(
        &out, "\"app\"", "}]}]}}",
        "{\"applications\":{\"versions__delta\":\"3\",\"apps__hashcode\":\"UP_2_\","
        "\"application\":[{\"name\":\"A\",\"instance\":[{\"instanceId\":\"1\",\"app\"}]}]}}");
    cr_buf_reset(&out);
    put(&out, CR_WIRE_JSON, CR_WIRE_ALONE);
    assert_true(cr_slice_starts(cr_buf_view(&out), CR_SLICE("{\"application\":{\"name\":\"A\","
                                                            "\"instance\":[{\"instanceId\":")));
    assert_true(cr_slice_ends(cr_buf_view(&out), CR_SLICE("\"lastDirtyTimestamp\":\"7\"}]}}")));
}

static void test_json_compact(void **state)
{
    (void)state;
    CR_AUTO(cr_buf) out = {0};
    put_all(&out, CR_WIRE_JSON_COMPACT);
    assert_string_equal(out.data,
                        "{\"applications\":{\"application\":[{\"name\":\"A\",\"instance\":["
                        "{\"instanceId\":\"1\",\"app\":\"A\"," CENTER_JSON ",\"status\":\"UP\","
                        "\"lastUpdatedTimestamp\":7,\"port\":{\"$\":7001,\"@enabled\":\"true\"},"
                        "\"securePort\":{\"$\":7002,\"@enabled\":\"false\"}},"
                        "{\"instanceId\":\"2\",\"app\":\"A\"," CENTER_JSON ",\"status\":\"UP\","
                        "\"lastUpdatedTimestamp\":7,\"port\":{\"$\":7001,\"@enabled\":\"true\"},"
                        "\"securePort\":{\"$\":7002,\"@enabled\":\"false\"}}]}],"
                        "\"versions__delta\":\"3\","
                        "\"apps__hashcode\":\"UP_2_\"}}");
}

static void test_xml(void **state)
{
    (void)state;
    CR_AUTO(cr_buf) out = {0};
    put_all(&out, CR_WIRE_XML);
    assert_cut(&out, "</instanceId>\n", "      <lastDirty",
               "<applications>\n"
               "  <versions__delta>3</versions__delta>\n"
               "  <apps__hashcode>UP_2_</apps__hashcode>\n"
               "  <application>\n"
               "    <name>A</name>\n"
               "    <instance>\n"
               "      <instanceId>1</instanceId>\n"
               "      <lastDirtyTimestamp>7</lastDirtyTimestamp>\n"
               "    </instance>\n"
               "    <instance>\n"
               "      <instanceId>2</instanceId>\n"
               "      <lastDirtyTimestamp>7</lastDirtyTimestamp>\n"
               "    </instance>\n"
               "  </application>\n"
               "</applications>");
    cr_buf_reset(&out);
    put(&out, CR_WIRE_XML, CR_WIRE_ALONE);
    assert_cut(&out, "<instance>\n", "    <lastDirty",
               "<application>\n"
               "  <name>A</name>\n"
               "  <instance>\n"
               "    <lastDirtyTimestamp>7</lastDirtyTimestamp>\n"
               "  </instance>\n"
               "  <instance>\n"
               "    <lastDirtyTimestamp>7</lastDirtyTimestamp>\n"
               "  </instance>\n"
               "</application>");
}

static void test_xml_compact(void **state)
{
    (void)state;
    CR_AUTO(cr_buf) out = {0};
    put_all(&out, CR_WIRE_XML_COMPACT);
    assert_cut(&out, "<instance>", "</instance>",
               "<applications><application><name>A</name><instance></instance><instance>"
               "</instance></application><versions__delta>3</versions__delta>"
               "<apps__hashcode>UP_2_</apps__hashcode></applications>");
}

static void test_empty_documents(void **state)
{
    (void)state;
    static const struct cr_wire_applications none = {1, {NULL, 0}};
    static const char *const texts[CR_WIRE_FORMS] = {
        "{\"applications\":{\"versions__delta\":\"1\",\"apps__hashcode\":\"\",\"application\":[]}}",
        "{\"applications\":{\"application\":[],"
        "\"versions__delta\":\"1\",\"apps__hashcode\":\"\"}}",
        "<applications>\n"
        "  <versions__delta>1</versions__delta>\n"
        "  <apps__hashcode></apps__hashcode>\n"
        "</applications>",
        "<applications><versions__delta>1</versions__delta><apps__hashcode></apps__hashcode>"
        "</applications>",
    };
    for (int form = 0; form < CR_WIRE_FORMS; form++) {
        CR_AUTO(cr_buf) out = {0};
        cr_wire_applications_begin((enum cr_wire_form)form, &none, &out);
        cr_wire_applications_end((enum cr_wire_form)form, &none, &out);
        assert_string_equal(out.data, texts[form]);
    }
}

static void test_amazon_in_compact_keeps_five_keys(void **state)
{
    (void)state;
    static const char *const keys[] = {"ami-id", "instance-id",      "public-ipv4",
                                       "vpc-id", "public-hostname",  "local-ipv4",
                                       "mac",    "availability-zone"};
    struct cr_wire_pair pairs[CR_COUNT(keys)];
    for (size_t i = 0; i < CR_COUNT(keys); i++)
        pairs[i] = (struct cr_wire_pair){cr_slice_of(keys[i]), CR_SLICE("v")};
    struct cr_wire_instance instance = small("1");
    instance.data_center = CR_WIRE_AMAZON;
    instance.data_center_metadata = pairs;
    instance.data_center_metadata_count = CR_COUNT(pairs);
    CR_AUTO(cr_buf) out = {0};
    cr_wire_instance_write_form(&instance, CR_WIRE_JSON_COMPACT, CR_WIRE_IN_APPLICATIONS, &out);
    assert_non_null(strstr(out.data, "\"metadata\":{\"instance-id\":\"v\",\"public-ipv4\":\"v\","
                                     "\"public-hostname\":\"v\",\"local-ipv4\":\"v\","
                                     "\"availability-zone\":\"v\"}"));
    instance.data_center_metadata_count = 0;
    cr_buf_reset(&out);
    cr_wire_instance_write_form(&instance, CR_WIRE_JSON, CR_WIRE_ALONE, &out);
    cr_wire_instance_write_form(&instance, CR_WIRE_XML, CR_WIRE_ALONE, &out);
    cr_wire_instance_write_form(&instance, CR_WIRE_XML_COMPACT, CR_WIRE_ALONE, &out);
    assert_non_null(strstr(out.data, "\"name\":\"Amazon\",\"metadata\":{}}"));
    assert_non_null(strstr(out.data, "    <metadata class=\"java.util.Collections$EmptyMap\"/>\n"
                                     "  </dataCenterInfo>"));
    assert_non_null(strstr(out.data, "<metadata/></dataCenterInfo>"));
}

static void test_hash_code_is_by_name(void **state)
{
    (void)state;
    CR_AUTO(cr_buf) out = {0};
    const size_t counts[CR_WIRE_STATUS_COUNT] = {
        [CR_WIRE_UP] = 2, [CR_WIRE_DOWN] = 1, [CR_WIRE_OUT_OF_SERVICE] = 11};
    const size_t none[CR_WIRE_STATUS_COUNT] = {0};
    cr_wire_hash_code(none, &out);
    assert_int_equal(out.len, 0);
    cr_wire_hash_code(counts, &out);
    assert_string_equal(out.data, "DOWN_1_OUT_OF_SERVICE_11_UP_2_");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_json_compact),
        cmocka_unit_test(test_xml),
        cmocka_unit_test(test_xml_compact),
        cmocka_unit_test(test_empty_documents),
        cmocka_unit_test(test_amazon_in_compact_keeps_five_keys),
        cmocka_unit_test(test_hash_code_is_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
