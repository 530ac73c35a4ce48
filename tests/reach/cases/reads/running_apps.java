// shows: the processes of the device
// manifest: {launcher: Main}
// hit: [running_apps@ActivityManager.getRunningAppProcesses before_consent = launcher Main.onCreate]
// miss: []

class Main extends Activity {
  protected void onCreate(Bundle state) {
    ActivityManager manager = (ActivityManager) getSystemService("activity");
    manager.getRunningAppProcesses();                           // hit
    manager.getMemoryClass();                                   // miss
  }
}
