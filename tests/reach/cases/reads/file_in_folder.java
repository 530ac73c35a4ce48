// shows: a path of two parts
// manifest: {launcher: Main}
// hit: [device.mac@file:/sys/class/net/wlan0/address before_consent = launcher Main.onCreate]
// miss: []

import java.io.*;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    try {
      File folder = new File("/sys/class/net/wlan0");
      new FileInputStream(new File(folder, "address")).read();  // hit
      new FileInputStream(new File(folder, "mtu")).read();      // miss
    } catch (Exception error) { }
  }
}
