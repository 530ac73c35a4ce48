// shows: the table counts besides the key
// manifest: {launcher: Main}
// hit: [device.model@settings:global:device_name before_consent = launcher Main.onCreate]
// miss: []

import android.provider.Settings;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    String value = Settings.Global.getString(getContentResolver(), "device_name"); // hit
    String value = Settings.System.getString(getContentResolver(), "device_name"); // miss
  }
}
