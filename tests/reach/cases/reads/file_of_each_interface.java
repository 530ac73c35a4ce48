// shows: a path whose middle is not known
// manifest: {launcher: Main}
// hit: [device.mac@file:/sys/class/net/*/address before_consent = launcher Main.onCreate]
// miss: []

import java.io.*;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    try {
      for (String name : new File("/sys/class/net").list())
        new FileReader("/sys/class/net/" + name + "/address").read(); // hit
        new FileReader("/sys/class/net/" + name + "/mtu").read(); // miss
    } catch (Exception error) { }
  }
}
