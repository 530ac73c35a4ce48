// shows: a file that a Scanner reads
// manifest: {launcher: Main}
// hit:
//   - device.mac@file:/proc/net/if_inet6 before_consent = launcher Main.onCreate
//   - network.ip@file:/proc/net/if_inet6 before_consent = launcher Main.onCreate
// miss: []

import java.io.*;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    try {
      new Scanner(new File("/proc/net/if_inet6")).nextLine();   // hit
      new Scanner(new File("/proc/net/wireless")).nextLine();   // miss
    } catch (Exception error) { }
  }
}
