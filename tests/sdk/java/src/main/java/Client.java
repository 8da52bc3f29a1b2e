import com.aliyun.credentials.models.CredentialModel;
import com.aliyun.ram20150501.models.ListUsersRequest;
import com.aliyun.tea.TeaException;
import com.aliyun.teaopenapi.models.Config;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** As client.py does, with the official SDKs for Java. */
public final class Client {
  private static final long LONGEST = 600_000_000_000L;
  private static String endpoint;

  /** The official client, which keeps the id that it gave last. */
  private static final class Recorded extends com.aliyun.credentials.Client {
    private String id;

    Recorded() throws Exception {
      super();
    }

    @Override
    public CredentialModel getCredential() {
      CredentialModel credential = super.getCredential();
      id = credential.getAccessKeyId();
      return credential;
    }

    @Override
    public String getAccessKeyId() {
      id = super.getAccessKeyId();
      return id;
    }
  }

  private static Config config(Recorded credential) {
    return new Config()
        .setCredential(credential)
        .setEndpoint(endpoint)
        .setProtocol("http")
        .setRegionId("cn-hangzhou");
  }

  private static void once() throws Exception {
    Recorded credential = new Recorded();
    var sts = new com.aliyun.sts20150401.Client(config(credential));
    String arn = sts.getCallerIdentity().getBody().getArn();
    System.out.println(credential.id + "\n" + arn);
    var ram = new com.aliyun.ram20150501.Client(config(credential));
    try {
      var users = ram.listUsers(new ListUsersRequest()).getBody().getUsers().getUser();
      System.out.println(users.size() + " users");
    } catch (TeaException error) {
      System.out.println(error.getCode());
    }
  }

  private static void loop(Path file, int thread) {
    long end = System.nanoTime() + LONGEST;
    Recorded credential = null;
    com.aliyun.sts20150401.Client sts = null;
    for (int count = 0; !Files.exists(file) && System.nanoTime() < end; count++) {
      long begun = System.nanoTime();
      String line;
      try {
        if (count % 10 == 0 || sts == null) {
          // As a program that has just started.
          credential = new Recorded();
          sts = new com.aliyun.sts20150401.Client(config(credential));
        }
        sts.getCallerIdentity();
        line = thread + " " + credential.id;
      } catch (Exception error) {
        line = (thread + " failed " + error).replace('\n', ' ');
      }
      System.out.println(line);
      try {
        Thread.sleep(Math.max(0, 100 - (System.nanoTime() - begun) / 1_000_000));
      } catch (InterruptedException stopped) {
        return;
      }
    }
  }

  public static void main(String[] arguments) throws Exception {
    endpoint = arguments[0];
    if (arguments.length == 1) {
      once();
      return;
    }
    Path file = Path.of(arguments[2]);
    List<Thread> threads = new ArrayList<>();
    for (int number = 0; number < Integer.parseInt(arguments[3]); number++) {
      int thread = number;
      threads.add(new Thread(() -> loop(file, thread)));
      threads.get(number).start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }
}
