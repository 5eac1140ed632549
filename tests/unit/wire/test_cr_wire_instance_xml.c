/* The registry's record in XML: exact output, tolerant input. */
#include "wire_fixture.h"

/* The record of eureka.md 2.3, as a document of its own. */
static const char full[] =
    "<instance>\n"
    "  <instanceId>h1:orders:8080</instanceId>\n"
    "  <hostName>h1</hostName>\n"
    "  <app>ORDERS</app>\n"
    "  <ipAddr>10.0.0.5</ipAddr>\n"
    "  <status>UP</status>\n"
    "  <overriddenstatus>UNKNOWN</overriddenstatus>\n"
    "  <port enabled=\"true\">8080</port>\n"
    "  <securePort enabled=\"false\">443</securePort>\n"
    "  <countryId>1</countryId>\n"
    "  <dataCenterInfo class=\"com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo\">\n"
    "    <name>MyOwn</name>\n"
    "  </dataCenterInfo>\n"
    "  <leaseInfo>\n"
    "    <renewalIntervalInSecs>30</renewalIntervalInSecs>\n"
    "    <durationInSecs>90</durationInSecs>\n"
    "    <registrationTimestamp>1700000000000</registrationTimestamp>\n"
    "    <lastRenewalTimestamp>1700000000000</lastRenewalTimestamp>\n"
    "    <evictionTimestamp>0</evictionTimestamp>\n"
    "    <serviceUpTimestamp>1700000000000</serviceUpTimestamp>\n"
    "  </leaseInfo>\n"
    "  <metadata>\n"
    "    <management.port>8080</management.port>\n"
    "  </metadata>\n"
    "  <homePageUrl>http://h1:8080/</homePageUrl>\n"
    "  <statusPageUrl>http://h1:8080/info</statusPageUrl>\n"
    "  <healthCheckUrl>http://h1:8080/health</healthCheckUrl>\n"
    "  <vipAddress>orders</vipAddress>\n"
    "  <secureVipAddress>orders</secureVipAddress>\n"
    "  <isCoordinatingDiscoveryServer>false</isCoordinatingDiscoveryServer>\n"
    "  <lastUpdatedTimestamp>1700000000001</lastUpdatedTimestamp>\n"
    "  <lastDirtyTimestamp>1699999999000</lastDirtyTimestamp>\n"
    "  <actionType>ADDED</actionType>\n"
    "</instance>";

static void test_full_document_reads_and_writes_the_same(void **state)
{
    (void)state;
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct cr_wire_instance instance = fixture_read(cr_wire_instance_read_xml, arena, full);
    fixture_written(&instance, CR_WIRE_XML, CR_WIRE_ALONE, full);
    assert_int_equal(instance.last_dirty_ms, 1699999999000);
    assert_int_equal(instance.action, CR_WIRE_ADDED);
}

static void test_compact_form(void **state)
{
    (void)state;
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct cr_wire_instance instance = fixture_read(cr_wire_instance_read_xml, arena, full);
    fixture_written(&instance, CR_WIRE_XML_COMPACT, CR_WIRE_ALONE,
                    "<instance><instanceId>h1:orders:8080</instanceId><app>ORDERS</app>"
                    "<ipAddr>10.0.0.5</ipAddr><vipAddress>orders</vipAddress>"
                    "<secureVipAddress>orders</secureVipAddress><dataCenterInfo class="
                    "\"com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo\"><name>MyOwn</name>"
                    "</dataCenterInfo><hostName>h1</hostName><status>UP</status>"
                    "<lastUpdatedTimestamp>1700000000001</lastUpdatedTimestamp>"
                    "<actionType>ADDED</actionType><port enabled=\"true\">8080</port>"
                    "<securePort enabled=\"false\">443</securePort></instance>");
}

/* fargo: no class, a metadata element also for MyOwn, empty elements for what is not set. */
static void test_fargo_body(void **state)
{
    (void)state;
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct cr_wire_instance instance = fixture_read(
        cr_wire_instance_read_xml, arena,
        "<instance><hostName>i-123</hostName><homePageUrl></homePageUrl><app>testapp</app>"
        "<ipAddr>1.2.3.4</ipAddr><vipAddress></vipAddress><status>up</status>"
        "<overriddenstatus></overriddenstatus><port>9090</port><securePort>1</securePort>"
        "<countryId></countryId><dataCenterInfo><name>MyOwn</name><metadata></metadata>"
        "</dataCenterInfo><leaseInfo><renewalIntervalInSecs>0</renewalIntervalInSecs>"
        "<durationInSecs>0</durationInSecs></leaseInfo><metadata>\n</metadata></instance>");
    fixture_is(instance.app, "TESTAPP");
    fixture_is(cr_wire_instance_id(&instance), "i-123");
    fixture_is(instance.home_page_url, "");
    assert_null(instance.status_page_url.ptr);
    assert_int_equal(instance.status, CR_WIRE_UP);
    assert_int_equal(instance.overridden_status, CR_WIRE_UNKNOWN);
    assert_int_equal(instance.port.number, 9090);
    assert_true(instance.port.enabled);
    assert_false(instance.secure_port.enabled);
    assert_int_equal(instance.country_id, 1);
    assert_int_equal(instance.data_center, CR_WIRE_MY_OWN);
    assert_int_equal(instance.metadata_count, 0);
}

static void test_metadata_names(void **state)
{
    (void)state;
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct cr_wire_instance instance = fixture_read(
        cr_wire_instance_read_xml, arena,
        "<instance><app>a</app><metadata class=\"java.util.HashMap\"><a_.0020b>1</a_.0020b>"
        "<x__y>2</x__y><c_-d>3</c_-d><_.0040class>4</_.0040class><n><m>5</m></n>"
        "<x__y>6</x__y>text</metadata></instance>");
    assert_int_equal(instance.metadata_count, 4);
    fixture_is(cr_wire_instance_metadata(&instance, CR_SLICE("a b")), "1");
    fixture_is(cr_wire_instance_metadata(&instance, CR_SLICE("x_y")), "6");
    fixture_is(cr_wire_instance_metadata(&instance, CR_SLICE("c$d")), "3");
    fixture_is(cr_wire_instance_metadata(&instance, CR_SLICE("n")), "{\"m\":\"5\"}");

    struct cr_wire_pair pairs[] = {{CR_SLICE("a b"), CR_SLICE("<\x01>")}, {CR_SLICE(""), {0}}};
    instance.metadata = pairs;
    instance.metadata_count = 2;
    CR_AUTO(cr_buf) out = {0};
    cr_wire_instance_write_form(&instance, CR_WIRE_XML, CR_WIRE_ALONE, &out);
    assert_non_null(strstr(out.data, "  <metadata>\n"
                                     "    <a_.0020b>&lt;&gt;</a_.0020b>\n"
                                     "  </metadata>\n"));
    instance.metadata_count = 0;
    cr_buf_reset(&out);
    cr_wire_instance_write_form(&instance, CR_WIRE_XML, CR_WIRE_ALONE, &out);
    assert_non_null(strstr(out.data, "  <metadata class=\"java.util.Collections$EmptyMap\"/>\n"));
}

/* Where Netflix' XML codec differs from its JSON codec. */
static void test_ways_of_the_xml_codec(void **state)
{
    (void)state;
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct cr_wire_instance instance =
        fixture_read(cr_wire_instance_read_xml, arena,
                     "<com.netflix.appinfo.InstanceInfo><app>a</app><appGroupName>g</appGroupName>"
                     "<dataCenterInfo class=\"x\"/><leaseInfo>x</leaseInfo><metadata>x</metadata>"
                     "<port enabled=\"no\">1</port><securePort enabled=\"True\">2</securePort>"
                     "</com.netflix.appinfo.InstanceInfo>");
    fixture_is(instance.app_group_name, "g");
    assert_int_equal(instance.data_center, CR_WIRE_NO_DATA_CENTER);
    assert_int_equal(instance.metadata_count, 0);
    assert_true(instance.port.enabled);
    assert_false(instance.secure_port.enabled);
    instance = fixture_read(cr_wire_instance_read_xml, arena,
                            "<instance><app>a</app><hostName>h</hostName><metadata>"
                            "<instanceId>7</instanceId></metadata></instance>");
    assert_null(instance.instance_id.ptr);
}

static void test_amazon(void **state)
{
    (void)state;
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct cr_wire_instance instance = fixture_read(
        cr_wire_instance_read_xml, arena,
        "<instance><app>a</app><dataCenterInfo class=\"x\"><name>AMAZON</name><metadata>"
        "<instance-id>i-1</instance-id><ami-id>ami-2</ami-id></metadata></dataCenterInfo>"
        "</instance>");
    assert_int_equal(instance.data_center, CR_WIRE_AMAZON);
    fixture_is(cr_wire_instance_id(&instance), "i-1");
    CR_AUTO(cr_buf) out = {0};
    cr_wire_instance_write_form(&instance, CR_WIRE_XML, CR_WIRE_ALONE, &out);
    assert_non_null(strstr(out.data, "  <dataCenterInfo class=\"com.netflix.appinfo.AmazonInfo\">\n"
                                     "    <name>Amazon</name>\n"
                                     "    <metadata>\n"
                                     "      <instance-id>i-1</instance-id>\n"
                                     "      <ami-id>ami-2</ami-id>\n"
                                     "    </metadata>\n"
                                     "  </dataCenterInfo>\n"));
    cr_buf_reset(&out);
    cr_wire_instance_write_form(&instance, CR_WIRE_XML_COMPACT, CR_WIRE_ALONE, &out);
    assert_non_null(strstr(out.data, "<metadata><instance-id>i-1</instance-id></metadata>"));
}

static void test_bad_records_say_what_is_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *xml, *words;
    } cases[] = {
        {"<x", "XML line 1"},
        {"<!DOCTYPE instance><instance/>", "DOCTYPE"},
        {"<application/>", "expected the element <instance>, not <application>"},
        {"<instance/>", "expected an object"},
        {"<instance><hostName>h</hostName></instance>", "'app' is missing"},
        {"<instance><app><x/></app></instance>", "'app' may not be an object"},
        {"<instance><app>a</app><port>http</port></instance>", "'port' is not a number"},
        {"<instance><app>a</app><port>2147483648</port></instance>", "'port' is out of range"},
        {"<instance><app>a</app><leaseInfo><durationInSecs>x</durationInSecs></leaseInfo></"
         "instance>",
         "'durationInSecs' is not a number"},
        {"<instance><app>a</app><dataCenterInfo><name>Moon</name></dataCenterInfo></instance>",
         "MyOwn, Netflix or Amazon"},
    };
    for (size_t i = 0; i < CR_COUNT(cases); i++)
        fixture_refused(cr_wire_instance_read_xml, cases[i].xml, CR_EPARSE, cases[i].words);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_full_document_reads_and_writes_the_same),
        cmocka_unit_test(test_compact_form),
        cmocka_unit_test(test_fargo_body),
        cmocka_unit_test(test_metadata_names),
        cmocka_unit_test(test_ways_of_the_xml_codec),
        cmocka_unit_test(test_amazon),
        cmocka_unit_test(test_bad_records_say_what_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
