// shows: a file of the system by its path
// manifest: {launcher: Main}
// hit: [device.mac@file:/sys/class/net/wlan0/address before_consent = launcher Main.onCreate]
// miss: []

import java.io.*;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    try {
      new FileReader("/sys/class/net/wlan0/address").read();    // hit
      new FileReader("/sys/class/net/wlan0/mtu").read();        // miss
    } catch (Exception error) { }
  }
}
