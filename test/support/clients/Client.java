import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/** Sends what it reads, a request a line, over one connection, and writes what comes back, a response a line. */
public class Client {
  static final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  static List<String> send(String port, List<String> fields) throws Exception {
    var body = Base64.getDecoder().decode(fields.get(4));
    var publisher =
        body.length == 0 ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofByteArray(body);
    var request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + fields.get(3)))
            .timeout(Duration.ofSeconds(30))
            .method(fields.get(2), publisher);
    for (var header : fields.subList(5, fields.size())) request.header(header.split(": ", 2)[0], header.split(": ", 2)[1]);
    var response = client.send(request.build(), BodyHandlers.ofByteArray());
    var answer = new ArrayList<String>();
    answer.add(String.valueOf(response.statusCode()));
    answer.add(Base64.getEncoder().encodeToString(response.body()));
    response.headers().map().forEach((name, values) -> answer.add(name + ": " + String.join(", ", values)));
    return answer;
  }

  public static void main(String[] args) throws Exception {
    var lines = new BufferedReader(new InputStreamReader(System.in));
    for (var line = lines.readLine(); line != null; line = lines.readLine()) {
      var fields = Arrays.asList(line.split("\t", -1));
      Thread.sleep(Long.parseLong(fields.get(0)));
      List<String> answer;
      try {
        answer = send(args[0], fields);
      } catch (Exception error) {
        answer = List.of("0", Base64.getEncoder().encodeToString(error.toString().getBytes()));
      }
      System.out.println(String.join("\t", answer));
      System.out.flush();
    }
    System.exit(0);
  }
}
