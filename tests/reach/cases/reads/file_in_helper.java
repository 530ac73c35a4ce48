// shows: the path that a helper is given decides
// manifest: {launcher: Main}
// hit: [device.mac@file:/sys/class/net/wlan0/address before_consent = launcher Main.onCreate > Main.read]
// miss: []

import java.io.*;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    read("/sys/class/net/wlan0/address");                       // hit
    read("/sys/class/net/wlan0/mtu");                           // miss
  }
  void read(String path) {
    try { new FileReader(path).read(); } catch (IOException error) { }
  }
}
