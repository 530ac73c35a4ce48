// shows: a system property by reflection
// manifest: {launcher: Main}
// hit: [device.serial@prop:ro.boot.serialno before_consent = launcher Main.onCreate]
// miss: []

class Main extends Activity {
  protected void onCreate(Bundle state) {
    try {
      Class<?> type = Class.forName("android.os.SystemProperties");
      Object value = type.getMethod("get", String.class).invoke(null, "ro.boot.serialno"); // hit
      Object value = type.getMethod("get", String.class).invoke(null, "ro.secure"); // miss
    } catch (Exception error) { }
  }
}
