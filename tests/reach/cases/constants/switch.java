// shows: a value by the cases of a switch
// manifest: {launcher: Main}
// hit: [android_id before_consent = launcher Main.onCreate]
// miss: []

import android.provider.Settings;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    String key;
    switch (getTaskId()) {
      case 1: key = "accessibility_enabled"; break;
      case 7: key = "android_id"; break;                        // hit
      case 7: key = "http_proxy"; break;                        // miss
      default: key = "http_proxy";
    }
    String value = Settings.Secure.getString(getContentResolver(), key);
  }
}
