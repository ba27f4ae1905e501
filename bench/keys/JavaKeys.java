// How fast Kafka's Java client hashes and counts keys that are in memory: those of main.cc. Prints one line of JSON.
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.kafka.common.utils.Utils;

public class JavaKeys {
  static final int KEYS = 1_000_000;
  static final int PASSES = 40;
  static final int PARTITIONS = 12;
  static final double WARM_UP_S = 2;

  static void count(byte[][] keys, long[] counts) {
    for (byte[] key : keys) ++counts[Utils.toPositive(Utils.murmur2(key)) % counts.length];
  }

  static double seconds(long since) {
    return (System.nanoTime() - since) / 1e9;
  }

  public static void main(String[] arguments) {
    byte[][] keys = new byte[KEYS][];
    for (int i = 0; i < KEYS; ++i) keys[i] = String.format("tenant_id-%06d", i).getBytes(StandardCharsets.UTF_8);
    long start = System.nanoTime();
    while (seconds(start) < WARM_UP_S) count(keys, new long[PARTITIONS]);
    long[] counts = new long[PARTITIONS];
    start = System.nanoTime();
    for (int i = 0; i < PASSES; ++i) count(keys, counts);
    double perSecond = (double) KEYS * PASSES / seconds(start);
    for (int i = 0; i < PARTITIONS; ++i) counts[i] /= PASSES;
    System.out.println("{\"counted_per_s\": " + perSecond + ", \"counts\": " + Arrays.toString(counts) + "}");
  }
}
