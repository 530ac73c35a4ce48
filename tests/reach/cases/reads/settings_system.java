// shows: the old place of the Android ID
// manifest: {launcher: Main}
// hit: [device.android_id@settings:system:android_id before_consent = launcher Main.onCreate]
// miss: []

import android.provider.Settings;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    String value = Settings.System.getString(getContentResolver(), "android_id"); // hit
    String value = Settings.System.getString(getContentResolver(), "screen_brightness"); // miss
  }
}
