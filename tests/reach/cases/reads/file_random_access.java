// shows: a file opened for reading anywhere
// manifest: {launcher: Main}
// hit:
//   - device.fingerprint@file:/proc/cpuinfo before_consent = launcher Main.onCreate
//   - device.serial@file:/proc/cpuinfo before_consent = launcher Main.onCreate
// miss: []

import java.io.*;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    try {
      new RandomAccessFile("/proc/cpuinfo", "r").readLine();    // hit
      new RandomAccessFile("/proc/loadavg", "r").readLine();    // miss
    } catch (Exception error) { }
  }
}
