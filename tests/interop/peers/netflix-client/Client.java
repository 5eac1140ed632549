package peer;

import com.netflix.appinfo.ApplicationInfoManager;
import com.netflix.appinfo.InstanceInfo.InstanceStatus;
import com.netflix.appinfo.MyDataCenterInstanceConfig;
import com.netflix.appinfo.providers.EurekaConfigBasedInstanceInfoProvider;
import com.netflix.discovery.DefaultEurekaClientConfig;
import com.netflix.discovery.DiscoveryClient;
import com.netflix.discovery.EurekaClient;
import java.io.IOException;

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
