package peer;

import com.netflix.appinfo.ApplicationInfoManager;
import com.netflix.appinfo.InstanceInfo.InstanceStatus;
import com.netflix.appinfo.MyDataCenterInstanceConfig;
import com.netflix.appinfo.providers.EurekaConfigBasedInstanceInfoProvider;
import com.netflix.discovery.DefaultEurekaClientConfig;
import com.netflix.discovery.DiscoveryClient;
import com.netflix.discovery.EurekaClient;
import com.netflix.discovery.converters.wrappers.CodecWrappers;
import com.netflix.discovery.converters.wrappers.DecoderWrapper;
import com.netflix.discovery.shared.Applications;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URL;
import java.util.ArrayList;
import java.util.List;

/** A program with Netflix' client, driven by the standard input; eureka-client.properties sets it up. */
public final class Client extends Driver {
    private final ApplicationInfoManager manager;
    private final EurekaClient client;

    private Client() {
        MyDataCenterInstanceConfig config = new MyDataCenterInstanceConfig();
        manager = new ApplicationInfoManager(config, new EurekaConfigBasedInstanceInfoProvider(config).get());
        client = new DiscoveryClient(manager, new DefaultEurekaClientConfig());
        manager.setInstanceStatus(InstanceStatus.UP);
    }

    public static void main(String[] arguments) throws IOException {
        Driver.quieten();
        new Client().serve();
    }

    /** What each of Netflix' readers makes of the registry's document in the form that it is for. */
    @Override
    String decode(String url, String authorization) throws IOException {
        List<String> members = new ArrayList<>();
        for (String form : new String[] {"full", "compact"}) {
            members.add(decode(new CodecWrappers.LegacyJacksonJson(), "json", form, url, authorization));
            members.add(decode(new CodecWrappers.JacksonJson(), "json", form, url, authorization));
            members.add(decode(new CodecWrappers.XStreamXml(), "xml", form, url, authorization));
        }
        return "{" + String.join(",", members) + "}";
    }

    private static String decode(DecoderWrapper decoder, String language, String form, String url,
                                 String authorization) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) new URL(url).openConnection();
        connection.setRequestProperty("Accept", "application/" + language);
        connection.setRequestProperty("X-Eureka-Accept", form);
        connection.setRequestProperty("Authorization", "Basic " + authorization);
        try (InputStream in = connection.getInputStream()) {
            Applications all = decoder.decode(in, Applications.class);
            return quoted(form + " " + language + " by " + decoder.codecName()) + ":"
                    + quoted(all.getAppsHashCode() + " " + all.getReconcileHashCode());
        }
    }

    @Override
    EurekaClient client() {
        return client;
    }

    @Override
    void setStatus(String status) {
        manager.setInstanceStatus(InstanceStatus.toEnum(status));
    }

    @Override
    void leave() {
        client.shutdown();
    }
}
