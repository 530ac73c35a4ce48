// shows: code of the app that an SDK calls is the app
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > com.umeng.commonsdk.UMConfigure.init > dispatch Work.run]
// miss: [serial before_consent by sdk:umeng-analytics = launcher Main.onCreate > com.umeng.commonsdk.UMConfigure.init]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    com.umeng.commonsdk.UMConfigure.init(new Work());
  }
}
class Work implements Runnable {
  public void run() { String id = SERIAL; }                     // hit
  public void run() { }                                         // miss
}
package com.umeng.commonsdk;
public class UMConfigure {
  public static void init(Runnable work) {
    String id = SERIAL;                                         // miss
    work.run();
  }
}
