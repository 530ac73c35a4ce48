// shows: a key that nobody is seen to give is not known
// manifest: {launcher: Main}
// hit: [android_id before_consent = launcher Main.onCreate > Main.read]
// miss:
//   - device.android_id@Settings$Secure.getString present = Main.read
//   - device.bluetooth_mac@Settings$Secure.getString present = Main.read
//   - device.oaid@Settings$Secure.getString present = Main.read

import android.provider.Settings;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    read("android_id");                                         // hit
  }
  void read(String key) { String id = Settings.Secure.getString(getContentResolver(), key); }
}
