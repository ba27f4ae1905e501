// Where Kafka's Java client places keys: README.md says how to run it.
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.utils.Utils;

public class JavaVectors {
  static final int[] PARTITIONS = {1, 3, 6, 7, 10, 12, 48, 100, 997, 10000};

  public static void main(String[] arguments) {
    List<byte[]> keys = new ArrayList<>();
    for (String text : new String[] {"", "21", "foobar", "a-little-bit-long-string", "abc",
        "a-little-bit-longer-string", "lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8",
        "tenant_id-0", "user_id-1", "hot-key", "cold-key-999"}) {
      keys.add(text.getBytes());
    }
    // Bytes of all values, every length modulo four, and some that are longer than any block of eight.
    Random random = new Random(794);
    for (int length = 1; length <= 70; ++length) {
      for (int i = 0; i < 6; ++i) {
        byte[] key = new byte[length];
        random.nextBytes(key);
        keys.add(key);
      }
    }
    StringBuilder head = new StringBuilder("key_hex\tmurmur2");
    for (int partitions : PARTITIONS) head.append("\tof_").append(partitions);
    System.out.println(head);
    for (byte[] key : keys) {
      StringBuilder line = new StringBuilder(HexFormat.of().formatHex(key));
      line.append('\t').append(Utils.murmur2(key));
      for (int partitions : PARTITIONS) {
        line.append('\t').append(BuiltInPartitioner.partitionForKey(key, partitions));
      }
      System.out.println(line);
    }
  }
}
