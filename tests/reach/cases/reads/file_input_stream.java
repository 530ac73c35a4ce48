// shows: a table of the kernel
// manifest: {launcher: Main}
// hit:
//   - network.bssid@file:/proc/net/arp before_consent = launcher Main.onCreate
//   - network.ip@file:/proc/net/arp before_consent = launcher Main.onCreate
// miss: []

import java.io.*;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    try {
      new FileInputStream("/proc/net/arp").read();              // hit
      new FileInputStream("/proc/net/unix").read();             // miss
    } catch (Exception error) { }
  }
}
